//! Values that occur in a field, for completing what is typed.

use std::collections::BTreeMap;

use super::super::query::TextField;
use super::folding::fold;
use super::{Catalog, CatalogError};

impl Catalog {
    /// Values of a field in which a word begins as `prefix` does, with the number of pictures, most frequent first; at
    /// most `limit`. A folder counts the pictures in the folders below it. File names and captions give none.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn facets(
        &self,
        field: TextField,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<(String, usize)>, CatalogError> {
        let columns = match field {
            TextField::Camera => "t.camera",
            TextField::Lens => "t.lens",
            TextField::Creator => "t.creator",
            TextField::Tag => "t.tags",
            TextField::Folder => "t.folder",
            TextField::Type => "p.format",
            TextField::Place => "concat_ws(char(10), t.location, t.city, t.state, t.country)",
            TextField::Name | TextField::Caption => return Ok(Vec::new()),
        };
        // Equal values are counted where they lie, so that only different ones are read out.
        let sql = format!(
            "SELECT {columns} AS value, count(*) FROM pictures p JOIN texts t ON t.id = p.id
             WHERE {} AND value IS NOT NULL AND value <> '' GROUP BY value",
            super::filter::VISIBLE
        );
        let rows: Vec<(String, i64)> = self.rows(&sql, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (value, count) in &rows {
            for part in parts(field, value) {
                *counts.entry(part.to_owned()).or_default() += *count as usize;
            }
        }
        let prefix = fold(prefix);
        let mut facets: Vec<(String, usize)> =
            counts.into_iter().filter(|(value, _)| has_word_with(&fold(value), prefix.trim())).collect();
        // Stable: equally frequent ones stay in the order of the alphabet.
        facets.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        facets.truncate(limit);
        Ok(facets)
    }
}

/// The values in a column's text: lines, or a folder and all above it. Each once.
fn parts(field: TextField, value: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = match field {
        TextField::Folder => {
            value.match_indices('/').map(|(at, _)| value.get(..at).unwrap_or(value)).chain([value]).collect()
        }
        TextField::Tag | TextField::Place => value.split('\n').collect(),
        _ => vec![value],
    };
    parts.retain(|part| !part.trim().is_empty());
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// Whether the text, or a word in it, begins so.
fn has_word_with(text: &str, prefix: &str) -> bool {
    let is_start = |at: usize| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|char| !char.is_alphanumeric())
    };
    prefix.is_empty() || text.match_indices(prefix).any(|(at, _)| is_start(at))
}
