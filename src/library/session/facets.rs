//! What the pictures of all libraries have in their fields, for those who type.

use std::sync::Arc;

use super::library::OpenLibrary;
use crate::library::query::{TextField, complete};

/// What the pictures of all libraries have in their fields.
pub(super) struct CatalogFacets(pub(super) Vec<Arc<OpenLibrary>>);

impl complete::Facets for CatalogFacets {
    fn values(&self, field: TextField, prefix: &str) -> Vec<(String, usize)> {
        const MOST: usize = 12;
        let mut counts = std::collections::BTreeMap::<String, usize>::new();
        for open in &self.0 {
            for (value, count) in open.store.catalog.facets(field, prefix, MOST).unwrap_or_default() {
                *counts.entry(value).or_default() += count;
            }
        }
        let mut values: Vec<_> = counts.into_iter().collect();
        values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        values.truncate(MOST);
        values
    }
}
