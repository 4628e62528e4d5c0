//! A bounded memory: what was not used for longest leaves first.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Values with their bytes, in the order of use.
#[derive(Debug)]
pub struct Lru<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// Keys by their last use.
    uses: BTreeMap<u64, K>,
    clock: u64,
    bytes: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: u64,
    used: u64,
}

impl<K, V> Default for Lru<K, V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), uses: BTreeMap::new(), clock: 0, bytes: 0 }
    }
}

impl<K: Copy + Eq + Hash, V> Lru<K, V> {
    /// The moment now; what is used later is not taken by [`Self::trim`] with this moment.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.clock
    }

    /// Bytes of all values.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// A value; this is a use of it.
    pub fn get(&mut self, key: K) -> Option<&V> {
        let entry = self.entries.get_mut(&key)?;
        self.clock += 1;
        self.uses.remove(&entry.used);
        self.uses.insert(self.clock, key);
        entry.used = self.clock;
        Some(&entry.value)
    }

    /// A value, without this being a use.
    #[must_use]
    pub fn peek(&self, key: K) -> Option<&V> {
        self.entries.get(&key).map(|entry| &entry.value)
    }

    /// Puts a value in the place of an older one; this is a use of it.
    pub fn insert(&mut self, key: K, value: V, bytes: u64) {
        self.remove(key);
        self.clock += 1;
        self.uses.insert(self.clock, key);
        self.bytes += bytes;
        self.entries.insert(key, Entry { value, bytes, used: self.clock });
    }

    /// Takes a value out.
    pub fn remove(&mut self, key: K) -> Option<V> {
        let entry = self.entries.remove(&key)?;
        self.uses.remove(&entry.used);
        self.bytes -= entry.bytes;
        Some(entry.value)
    }

    /// Drops what was not used for longest until `budget` bytes are left, but nothing that was used after `since`.
    pub fn trim(&mut self, budget: u64, since: u64) {
        while self.bytes > budget {
            let Some((&used, &key)) = self.uses.first_key_value() else { return };
            if used > since {
                return;
            }
            self.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_unused_leaves_first() {
        let mut lru = Lru::default();
        for key in 0..4 {
            lru.insert(key, key, 10);
        }
        assert_eq!(lru.get(0), Some(&0));
        lru.trim(20, u64::MAX);
        assert_eq!((lru.bytes(), lru.entries.len()), (20, 2));
        assert!(lru.peek(0).is_some() && lru.peek(3).is_some());
        assert!(lru.peek(1).is_none() && lru.peek(2).is_none());
    }

    #[test]
    fn what_is_in_use_stays_over_the_budget() {
        let mut lru = Lru::default();
        lru.insert("old", 1, 10);
        let frame = lru.now();
        lru.insert("new", 2, 100);
        lru.trim(5, frame);
        assert_eq!((lru.entries.len(), lru.bytes()), (1, 100));
        assert_eq!(lru.peek("new"), Some(&2));
    }

    proptest::proptest! {
        #[test]
        fn the_sum_is_that_of_what_is_there(steps in proptest::collection::vec((0_u8..8, 1_u64..50, 0_u8..4), 0..80)) {
            let mut lru = Lru::default();
            for (key, bytes, what) in steps {
                match what {
                    0 => { lru.remove(key); }
                    1 => { lru.get(key); }
                    2 => lru.trim(100, u64::MAX),
                    _ => lru.insert(key, bytes, bytes),
                }
                let sum: u64 = (0..8).filter_map(|key| lru.peek(key)).sum();
                proptest::prop_assert_eq!(sum, lru.bytes());
                proptest::prop_assert_eq!(lru.uses.len(), lru.entries.len());
            }
            lru.trim(100, u64::MAX);
            proptest::prop_assert!(lru.bytes() <= 100);
        }
    }
}
