//! Looking for words in names, folders and texts.

use rusqlite::{Connection, params_from_iter};

use super::super::RowId;
use super::tokens::expression;
use super::{Catalog, CatalogError, row_id};

/// Weights of name, folder and text: whoever names a file says more than a caption of many words.
const WEIGHTS: &str = "4.0, 2.0, 1.0";

/// One thing to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordTerm {
    /// A word, or several in this order. Capitals and accents do not matter.
    pub text: String,
    /// Written in quotes. A single term's words are always looked for in their order, so this changes nothing here.
    pub is_phrase: bool,
    /// Also words that begin as the last one.
    pub is_prefix: bool,
    /// Pictures that have it are left out.
    pub negated: bool,
}

impl WordTerm {
    /// Whether there is anything to look for: a letter, a digit or a symbol. A term without them is passed over.
    #[must_use]
    pub fn has_words(&self) -> bool {
        expression(&self.text, self.is_prefix).is_some()
    }
}

impl Catalog {
    /// Pictures that have all the terms and none of the negated ones in name, folder or text, with the score BM25 (never
    /// negative, larger is better), best first; at most `limit`. A term may be found in any of the three, but its words
    /// together in one. When only negated terms say anything, all other pictures come with the score 0, in order of rows;
    /// when no term says anything, none.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn words(&self, terms: &[WordTerm], limit: usize) -> Result<Vec<(RowId, f64)>, CatalogError> {
        let expressions = |negated: bool| -> Vec<String> {
            let chosen = terms.iter().filter(|term| term.negated == negated);
            chosen.filter_map(|term| expression(&term.text, term.is_prefix)).collect()
        };
        let (wanted, unwanted) = (expressions(false).join(" AND "), expressions(true).join(" OR "));
        let hidden = "SELECT id FROM pictures WHERE missing <> 0 OR stage = 2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let (sql, expression) = match (wanted.is_empty(), unwanted.is_empty()) {
            (true, true) => return Ok(Vec::new()),
            (true, false) => (
                format!(
                    "SELECT id, 0.0 FROM pictures WHERE id NOT IN ({hidden})
                     AND id NOT IN (SELECT rowid FROM words WHERE words MATCH ?1) ORDER BY id LIMIT {limit}"
                ),
                unwanted,
            ),
            (false, is_plain) => (
                format!(
                    "SELECT rowid, -bm25(words, {WEIGHTS}) AS score FROM words WHERE words MATCH ?1
                     AND rowid NOT IN ({hidden}) ORDER BY score DESC, rowid LIMIT {limit}"
                ),
                if is_plain { wanted } else { format!("({wanted}) NOT ({unwanted})") },
            ),
        };
        self.read(|connection| scored(connection, &sql, &expression))
    }
}

fn scored(connection: &Connection, sql: &str, expression: &str) -> rusqlite::Result<Vec<(RowId, f64)>> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map(params_from_iter([expression]), |row| {
        Ok((row_id(row.get(0)?)?, row.get::<_, f64>(1)?.max(0.0)))
    })?;
    rows.collect()
}
