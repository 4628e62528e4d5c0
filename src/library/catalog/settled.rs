//! What the user decided, kept by content: it outlives moves, renames and a second indexing.

use rusqlite::params;

use super::super::ContentHash;
use super::{Catalog, CatalogError};

impl Catalog {
    /// Notes that the user has settled these duplicates. One content stands for files with the same bytes; none is passed
    /// over.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn resolve_group(&self, members: &[ContentHash]) -> Result<(), CatalogError> {
        let members = distinct(members);
        if members.is_empty() || self.is_resolved(&members)? {
            return Ok(());
        }
        self.write(|transaction| {
            transaction
                .execute("INSERT INTO settled_groups (members) VALUES (?1)", [members.len() as i64])?;
            let group = transaction.last_insert_rowid();
            let mut statement =
                transaction.prepare("INSERT INTO settled_members (content, settled) VALUES (?1, ?2)")?;
            members.iter().try_for_each(|content| statement.execute(params![content.0, group]).map(drop))
        })
    }

    /// Takes that back for every settled group that has all of these members.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn unresolve_group(&self, members: &[ContentHash]) -> Result<(), CatalogError> {
        let members = distinct(members);
        for group in self.groups_with(&members)? {
            self.write(|transaction| {
                transaction.execute("DELETE FROM settled_groups WHERE id = ?1", [group]).map(drop)
            })?;
        }
        Ok(())
    }

    /// Whether the user has settled this group: a group with all of these members, and perhaps more that are gone. A
    /// member that was not there then makes it a new group. One content alone is settled only as such: that it differs from
    /// others says nothing about its copies.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn is_resolved(&self, members: &[ContentHash]) -> Result<bool, CatalogError> {
        Ok(!self.groups_with(&distinct(members))?.is_empty())
    }

    /// All settled groups, in the order of settling, members in the order of their hashes.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn resolved_groups(&self) -> Result<Vec<Vec<ContentHash>>, CatalogError> {
        let sql = "SELECT settled, content FROM settled_members ORDER BY settled, content";
        let members: Vec<(i64, [u8; 32])> = self.rows(sql, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut groups = Vec::new();
        for chunk in members.chunk_by(|a, b| a.0 == b.0) {
            groups.push(chunk.iter().map(|(_, content)| ContentHash(*content)).collect());
        }
        Ok(groups)
    }

    /// Settled groups that have all of these members; of one content, only the group of it alone.
    fn groups_with(&self, members: &[ContentHash]) -> Result<Vec<i64>, CatalogError> {
        let Some((first, others)) = members.split_first() else { return Ok(Vec::new()) };
        self.read(|connection| {
            let mut with = connection.prepare(
                "SELECT settled FROM settled_members JOIN settled_groups ON id = settled
                 WHERE content = ?1 AND (members = 1 OR NOT ?2)",
            )?;
            let mut is_in =
                connection.prepare("SELECT 1 FROM settled_members WHERE content = ?1 AND settled = ?2")?;
            let groups: Vec<i64> = with
                .query_map(params![first.0, others.is_empty()], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let mut found = Vec::new();
            for group in groups {
                let mut has_all = true;
                for content in others {
                    has_all = has_all && is_in.exists(params![content.0, group])?;
                }
                if has_all {
                    found.push(group);
                }
            }
            Ok(found)
        })
    }
}

fn distinct(members: &[ContentHash]) -> Vec<ContentHash> {
    let mut members = members.to_vec();
    members.sort_unstable();
    members.dedup();
    members
}
