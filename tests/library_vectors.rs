//! Vectors on disk and what is computed from them, against slow and plain twins.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop here")]

#[path = "support/random.rs"]
mod random;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use half::f16;
use proptest::prelude::*;
use random::Random;
use tempfile::TempDir;
use vitrine::library::RowId;
use vitrine::library::vectors::{HashPair, Repair, Rows, VectorError, VectorStore, close_pairs};

fn never() -> bool {
    false
}

/// What half precision keeps.
fn halved(vector: &[f32]) -> Vec<f32> {
    let keep = |number: &f32| {
        let half = f16::from_f32(*number);
        if half.is_normal() { half.to_f32() } else { 0.0 }
    };
    vector.iter().map(keep).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

fn random_rows(count: usize, dimensions: usize, seed: u64) -> (Rows, Vec<Vec<f32>>) {
    let mut random = Random(seed);
    let vectors: Vec<Vec<f32>> = (0..count).map(|_| random.vector(dimensions)).collect();
    // Ids with gaps, not in order.
    let ids = (0..count).map(|at| RowId(((at * 7) % count.max(1)) as u32 * 3 + 5));
    let rows = Rows::in_memory(dimensions, ids.clone().zip(vectors.iter().map(Vec::as_slice))).unwrap();
    let mut by_id: Vec<(RowId, Vec<f32>)> = ids.zip(vectors.iter().map(|vector| halved(vector))).collect();
    by_id.sort_by_key(|(id, _)| *id);
    (rows, by_id.into_iter().map(|(_, vector)| vector).collect())
}

/// Sizes around the lanes, panels and tasks of the fast code; no count is a multiple of 7.
const SIZES: [(usize, usize); 12] = [
    (0, 8),
    (1, 1),
    (2, 3),
    (5, 7),
    (17, 31),
    (33, 32),
    (65, 33),
    (241, 16),
    (239, 64),
    (1025, 9),
    (2200, 45),
    (481, 512),
];

#[test]
fn scores_are_dot_products() {
    for (count, dimensions) in SIZES {
        let (rows, vectors) = random_rows(count, dimensions, 11);
        let query = Random(12).vector(dimensions);
        let mut scores = vec![9.0; 3];
        rows.scores(&query, &mut scores);
        assert_eq!(scores.len(), count);
        for (vector, score) in vectors.iter().zip(&scores) {
            let expected = dot(vector, &query);
            assert!(
                (f64::from(*score) - expected).abs() < 2e-5,
                "{count} × {dimensions}: {score} {expected}"
            );
        }
    }
}

#[test]
fn queries_of_any_size_keep_their_precision() {
    let (rows, vectors) = random_rows(40, 48, 5);
    for size in [1e-30_f32, 1e-3, 1.0, 1e6, 1e30] {
        let query: Vec<f32> = Random(6).vector(48).iter().map(|number| number * size).collect();
        let mut scores = Vec::new();
        rows.scores(&query, &mut scores);
        for (vector, score) in vectors.iter().zip(&scores) {
            let error = (f64::from(*score) - dot(vector, &query)).abs() / f64::from(size);
            assert!(error < 2e-5, "{size}: {error}");
        }
    }
    let mut scores = Vec::new();
    rows.scores(&[0.0; 48], &mut scores);
    assert_eq!(scores, vec![0.0; 40]);
}

#[test]
fn queries_that_do_not_fit_find_nothing() {
    let (rows, _) = random_rows(9, 4, 3);
    let mut scores = vec![1.0];
    for query in [&[1.0; 3][..], &[1.0; 5], &[1.0, f32::NAN, 0.0, 0.0], &[f32::INFINITY, 0.0, 0.0, 0.0]] {
        rows.scores(query, &mut scores);
        assert!(scores.is_empty());
        assert!(rows.top_k(query, 3, None).is_empty());
    }
}

#[test]
fn top_k_is_what_sorting_all_scores_gives() {
    for (count, dimensions) in SIZES {
        let (rows, _) = random_rows(count, dimensions, 21);
        let query = Random(22).vector(dimensions);
        let mut scores = Vec::new();
        rows.scores(&query, &mut scores);
        let mut sorted: Vec<(RowId, f32)> = rows.ids().iter().copied().zip(scores).collect();
        sorted.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        for k in [0, 1, 20, count, count + 100] {
            assert_eq!(rows.top_k(&query, k, None), sorted[..k.min(count)], "{count} × {dimensions}, k {k}");
        }
        let is_even = |id: RowId| id.0.is_multiple_of(2);
        let even: Vec<_> = sorted.iter().copied().filter(|(id, _)| is_even(*id)).take(20).collect();
        assert_eq!(rows.top_k(&query, 20, Some(&is_even)), even);
    }
}

#[test]
fn equal_scores_are_ordered_by_id() {
    let one = [1.0_f32, 0.0];
    let rows = Rows::in_memory(2, (0..5000).rev().map(|id| (RowId(id), &one[..]))).unwrap();
    let ids: Vec<u32> = rows.top_k(&one, 50, None).iter().map(|(id, _)| id.0).collect();
    assert_eq!(ids, (0..50).collect::<Vec<u32>>());
}

#[test]
fn pairs_above_are_all_pairs_above() {
    for (count, dimensions) in SIZES {
        let (rows, vectors) = random_rows(count, dimensions, 31);
        let threshold = if dimensions > 40 { 0.15 } else { 0.6 };
        let found = rows.pairs_above(threshold, &never);
        assert!(found.iter().is_sorted_by_key(|(a, b, _)| (*a, *b)));
        let found: BTreeMap<(u32, u32), f32> =
            found.iter().map(|(a, b, cosine)| ((*a, *b), *cosine)).collect();
        let lengths: Vec<f64> = vectors.iter().map(|vector| dot(vector, vector).sqrt()).collect();
        let mut expected = 0;
        for a in 0..count {
            for b in a + 1..count {
                let cosine = dot(&vectors[a], &vectors[b]) / (lengths[a] * lengths[b]).max(1e-30);
                let there = found.get(&(a as u32, b as u32));
                expected += usize::from(there.is_some());
                if (cosine - f64::from(threshold)).abs() > 1e-5 {
                    assert_eq!(there.is_some(), cosine > f64::from(threshold), "{a} {b} {cosine}");
                }
                if let Some(there) = there {
                    assert!((f64::from(*there) - cosine).abs() < 1e-5);
                }
            }
        }
        assert_eq!(found.len(), expected, "no pair comes twice or the wrong way round");
    }
}

#[test]
fn rows_of_zeros_are_like_nothing() {
    let rows = Rows::in_memory(3, (0..4).map(|id| (RowId(id), &[0.0_f32; 3][..]))).unwrap();
    assert!(rows.pairs_above(0.1, &never).is_empty());
    assert_eq!(rows.pairs_above(-0.5, &never).len(), 6);
    assert!(rows.pairs_above(f32::NAN, &never).is_empty());
    let without_numbers = Rows::in_memory(0, (0..4).map(|id| (RowId(id), &[][..]))).unwrap();
    assert!(without_numbers.pairs_above(-1.0, &never).is_empty());
    assert_eq!(without_numbers.top_k(&[], 2, None), [(RowId(0), 0.0), (RowId(1), 0.0)]);
}

#[test]
fn long_computations_stop_when_told() {
    let (rows, _) = random_rows(500, 8, 1);
    assert!(rows.pairs_above(-1.0, &|| true).is_empty());
    let hashes = vec![[0_u64; 8]; 500];
    assert!(close_pairs(&hashes, 64, &|| true).is_empty());
}

/// Hashes of which some are near others in one of their orientations.
fn random_hashes(count: usize, seed: u64) -> Vec<[u64; 8]> {
    let mut random = Random(seed);
    let mut hashes: Vec<[u64; 8]> = Vec::with_capacity(count);
    for at in 0..count {
        let mut hash: [u64; 8] = std::array::from_fn(|_| random.next());
        if at > 3 && at % 5 == 0 {
            let source = hashes[random.next() as usize % at][0];
            let flips = random.next() % 12;
            let flipped = (0..flips).fold(source, |hash, _| hash ^ (1 << (random.next() % 64)));
            hash[random.next() as usize % 8] = flipped;
        }
        hashes.push(hash);
    }
    hashes
}

fn slow_pairs(hashes: &[[u64; 8]], max_distance: u32) -> Vec<HashPair> {
    let mut pairs = Vec::new();
    for a in 0..hashes.len() {
        for b in a + 1..hashes.len() {
            let distances = hashes[b].map(|other| (hashes[a][0] ^ other).count_ones());
            let distance = *distances.iter().min().unwrap();
            let orientation = distances.iter().position(|other| *other == distance).unwrap() as u8;
            if distance <= max_distance {
                pairs.push(HashPair { a: a as u32, b: b as u32, distance: distance as u8, orientation });
            }
        }
    }
    pairs
}

#[test]
fn close_pairs_are_all_close_pairs() {
    for count in [0, 1, 2, 15, 16, 17, 255, 257, 1100] {
        let hashes = random_hashes(count, 77);
        for max_distance in [0, 3, 10, 22, 64, 1000] {
            let found = close_pairs(&hashes, max_distance, &never);
            assert_eq!(found, slow_pairs(&hashes, max_distance), "{count} hashes within {max_distance}");
        }
    }
    let turned = [[1, 2, 4, 8, 16, 32, 64, 128], [0, 0, 0, 0, 0, 1, 0, 0]];
    assert_eq!(close_pairs(&turned, 0, &never), [HashPair { a: 0, b: 1, distance: 0, orientation: 5 }]);
}

#[test]
fn too_many_pairs_leave_the_closest() {
    // 3000 equal hashes make 4.5 million pairs at distance 0; the other ones are farther.
    let mut hashes = vec![[0b11_u64; 8]; 10];
    hashes.extend(vec![[0_u64; 8]; 3000]);
    let pairs = close_pairs(&hashes, 5, &never);
    assert_eq!(pairs.len(), vitrine::library::vectors::MAX_PAIRS);
    assert!(pairs.iter().all(|pair| pair.distance == 0));
    let within_first = pairs.iter().filter(|pair| pair.b < 10).count();
    assert_eq!(within_first, 45);
    assert_eq!(close_pairs(&hashes, 5, &never), pairs, "the same ones each time");
}

// ---- The file ----

const DIMENSIONS: usize = 5;

fn open(path: &Path) -> (VectorStore, Repair) {
    VectorStore::open(path, "layout", 2, DIMENSIONS).unwrap()
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("spaces").join("layout.vectors")
}

/// A vector that tells which row and which writing it is from.
fn marked(row: u32, writing: u32) -> Vec<f32> {
    vec![row as f32, writing as f32, 0.5, -1.0, (row * 31 + writing) as f32]
}

fn contents(rows: &Rows) -> BTreeMap<u32, Vec<f32>> {
    rows.ids().iter().map(|id| (id.0, rows.get(*id).unwrap())).collect()
}

#[test]
fn what_was_flushed_is_there_again() {
    let folder = TempDir::new().unwrap();
    let (mut store, repair) = open(&file(&folder));
    assert!(repair.is_nothing());
    store.append(RowId(3), &marked(3, 0)).unwrap();
    store.append(RowId(1), &marked(1, 0)).unwrap();
    let before = store.rows();
    assert_eq!(before.ids(), [RowId(1), RowId(3)]);
    store.flush().unwrap();
    store.append(RowId(3), &marked(3, 1)).unwrap();
    store.remove(RowId(1)).unwrap();
    store.flush().unwrap();
    store.append(RowId(9), &marked(9, 2)).unwrap();
    assert_eq!(store.rows().get(RowId(3)).unwrap(), marked(3, 1));
    assert_eq!(store.rows().get(RowId(9)).unwrap(), marked(9, 2));
    assert_eq!(before.get(RowId(3)).unwrap(), marked(3, 0), "a snapshot stays as it was");
    drop(store);
    let (store, repair) = open(&file(&folder));
    assert!(repair.is_nothing());
    assert_eq!(contents(&store.rows()), BTreeMap::from([(3, marked(3, 1))]));
    assert_eq!(store.rows().get(RowId(1)), None);
}

#[test]
fn vectors_that_cannot_be_kept_are_refused() {
    let folder = TempDir::new().unwrap();
    let (mut store, _) = open(&file(&folder));
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 70_000.0] {
        let refused = store.append(RowId(0), &[0.0, 0.0, bad, 0.0, 0.0]);
        assert!(matches!(refused, Err(VectorError::NotFinite(_))));
    }
    let refused = store.append(RowId(0), &[0.0; 4]);
    assert!(matches!(refused, Err(VectorError::WrongLength { found: 4, wanted: 5 })));
    assert!(store.rows().is_empty());
    store.append(RowId(0), &[1e-6, 6e-5, 7e-5, -1e-30, 65_504.0]).unwrap();
    assert_eq!(store.rows().get(RowId(0)).unwrap(), halved(&[0.0, 0.0, 7e-5, 0.0, 65_504.0]));
    assert!(matches!(VectorStore::open(&file(&folder), "", 1, 5), Err(VectorError::BadSpace)));
    assert!(matches!(VectorStore::open(&file(&folder), "x", 1, 0), Err(VectorError::BadSpace)));
}

#[test]
fn a_file_of_another_space_is_not_read() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let (mut store, _) = open(&path);
    store.append(RowId(1), &marked(1, 0)).unwrap();
    store.flush().unwrap();
    drop(store);
    for (space, version, dimensions) in [("texture", 2, 5), ("layout", 3, 5), ("layout", 2, 6)] {
        let error = VectorStore::open(&path, space, version, dimensions).unwrap_err();
        assert!(matches!(error, VectorError::OtherSpace { .. }) && error.wants_new_file());
    }
    let mut newer = fs::read(&path).unwrap();
    newer[8..12].copy_from_slice(&2_u32.to_le_bytes());
    for copy in newer[..256].chunks_mut(128) {
        copy[8..12].copy_from_slice(&2_u32.to_le_bytes());
        let sum = blake3::hash(&copy[..112]);
        copy[112..].copy_from_slice(&sum.as_bytes()[..16]);
    }
    let newer_path = folder.path().join("newer");
    fs::write(&newer_path, newer).unwrap();
    let error = VectorStore::open(&newer_path, "layout", 2, 5).unwrap_err();
    assert!(matches!(error, VectorError::Newer { format: 2, .. }) && !error.wants_new_file());
    fs::write(&newer_path, b"no vectors").unwrap();
    assert!(matches!(VectorStore::open(&newer_path, "layout", 2, 5), Err(VectorError::Damaged(_))));
    let store = VectorStore::start_anew(&path, "layout", 3, 6).unwrap();
    assert!(store.rows().is_empty() && store.can_write());
}

/// A file of several blocks, with replaced and removed rows. Also what is in it after each flush.
fn written_file(path: &Path) -> Vec<(u64, BTreeMap<u32, Vec<f32>>)> {
    let (mut store, _) = open(path);
    let mut stages = vec![(fs::metadata(path).unwrap().len(), BTreeMap::new())];
    for (writing, rows) in [vec![1, 2, 3], vec![4, 2], vec![5], vec![6, 7, 5]].into_iter().enumerate() {
        for row in rows {
            store.append(RowId(row), &marked(row, writing as u32)).unwrap();
        }
        if writing == 1 {
            store.remove(RowId(1)).unwrap();
        }
        store.flush().unwrap();
        stages.push((fs::metadata(path).unwrap().len(), contents(&store.rows())));
    }
    stages
}

#[test]
fn a_file_cut_anywhere_gives_all_that_was_flushed_before() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let stages = written_file(&path);
    let bytes = fs::read(&path).unwrap();
    let first = stages[0].0 as usize;
    for length in first..=bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        let (store, repair) = open(&path);
        let (end, expected) = stages.iter().rev().find(|(end, _)| *end <= length as u64).unwrap();
        assert_eq!(contents(&store.rows()), *expected, "cut at {length}");
        assert_eq!(repair.torn_bytes, length as u64 - end);
        assert!(repair.lost.is_empty() && !repair.lost_more);
        assert_eq!(fs::metadata(&path).unwrap().len(), *end, "only our own end is cut off");
    }
}

#[test]
fn one_can_go_on_after_a_torn_flush() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let stages = written_file(&path);
    let bytes = fs::read(&path).unwrap();
    let (end, mut expected) = stages[3].clone();
    for length in [end + 1, end + 70, end + 200, bytes.len() as u64 - 1] {
        fs::write(&path, &bytes[..length as usize]).unwrap();
        let (mut store, _) = open(&path);
        store.append(RowId(8), &marked(8, 8)).unwrap();
        store.flush().unwrap();
        drop(store);
        expected.insert(8, marked(8, 8));
        let (store, repair) = open(&path);
        assert!(repair.is_nothing());
        assert_eq!(contents(&store.rows()), expected);
    }
}

#[test]
fn one_damaged_byte_never_gives_a_wrong_vector() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let stages = written_file(&path);
    let bytes = fs::read(&path).unwrap();
    let intact = &stages.last().unwrap().1;
    for place in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x55;
        fs::write(&path, &damaged).unwrap();
        let (store, repair) = open(&path);
        let rows = contents(&store.rows());
        for (row, vector) in &rows {
            assert_eq!(Some(vector), intact.get(row), "byte {place}, row {row}");
        }
        for row in intact.keys().filter(|row| !rows.contains_key(row)) {
            assert!(repair.lost.contains(&RowId(*row)), "byte {place}: row {row} is lost in silence");
        }
        let in_block = place as u64 >= stages[0].0;
        assert!(in_block || rows.len() == intact.len(), "a damaged header has a second copy");
        // Making again what is lost mends the file.
        drop(store);
        let (mut store, _) = open(&path);
        for row in repair.lost.iter().filter(|row| intact.contains_key(&row.0)) {
            store.append(*row, &intact[&row.0]).unwrap();
        }
        store.flush().unwrap();
        drop(store);
        assert_eq!(contents(&open(&path).0.rows()), *intact, "byte {place}");
    }
}

#[test]
fn a_damaged_stretch_never_gives_a_wrong_vector() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let stages = written_file(&path);
    let bytes = fs::read(&path).unwrap();
    let intact = &stages.last().unwrap().1;
    let last = stages[3].0 as usize;
    let mut random = Random(4);
    for length in [64, 130, 400, 900] {
        for from in (256..last.saturating_sub(length)).step_by(16) {
            let mut damaged = bytes.clone();
            damaged[from..from + length].fill_with(|| random.next() as u8);
            fs::write(&path, &damaged).unwrap();
            let (store, repair) = open(&path);
            let rows = contents(&store.rows());
            for (row, vector) in &rows {
                assert_eq!(Some(vector), intact.get(row), "from {from}, {length} bytes, row {row}");
            }
            let is_told = |row: &u32| repair.lost.contains(&RowId(*row)) || repair.lost_more;
            assert!(intact.keys().filter(|row| !rows.contains_key(row)).all(is_told));
        }
    }
}

#[test]
fn a_block_cut_out_of_the_middle_is_noticed() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let stages = written_file(&path);
    let mut bytes = fs::read(&path).unwrap();
    // The second block replaced row 2 and removed row 1.
    bytes.drain(stages[1].0 as usize..stages[2].0 as usize);
    fs::write(&path, &bytes).unwrap();
    let (store, repair) = open(&path);
    assert!(repair.lost_more);
    assert_eq!(store.rows().ids(), [RowId(5), RowId(6), RowId(7)]);
}

#[test]
fn a_mended_file_forgets_its_damage() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let stages = written_file(&path);
    let mut bytes = fs::read(&path).unwrap();
    // In the vectors of the block of row 5; the last block is of rows 5, 6 and 7.
    bytes[stages[3].0 as usize + 128 + 12] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let (mut store, repair) = open(&path);
    assert_eq!((repair.damaged_blocks, repair.lost.as_slice()), (1, &[RowId(5), RowId(6), RowId(7)][..]));
    store.append(RowId(5), &marked(5, 9)).unwrap();
    store.append(RowId(6), &marked(6, 9)).unwrap();
    assert!(!store.compact().unwrap(), "row 7 is still to be made");
    store.remove(RowId(7)).unwrap();
    store.flush().unwrap();
    drop(store);
    let (mut store, repair) = open(&path);
    assert_eq!((repair.damaged_blocks, repair.lost.len()), (1, 0));
    let before = contents(&store.rows());
    assert!(store.compact().unwrap());
    assert_eq!(contents(&store.rows()), before);
    drop(store);
    assert!(open(&path).1.is_nothing());
}

#[test]
fn compaction_keeps_the_living_and_shrinks_the_file() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let (mut store, _) = open(&path);
    for writing in 0..4 {
        for row in 0..50 {
            store.append(RowId(row), &marked(row, writing)).unwrap();
        }
        store.flush().unwrap();
        assert_eq!(store.compact().unwrap(), writing == 2);
    }
    let before = store.rows();
    let length = fs::metadata(&path).unwrap().len();
    for row in 0..40 {
        store.remove(RowId(row)).unwrap();
    }
    assert!(store.compact().unwrap());
    assert!(!store.compact().unwrap());
    assert!(fs::metadata(&path).unwrap().len() < length / 2);
    let expected: BTreeMap<u32, Vec<f32>> = (40..50).map(|row| (row, marked(row, 3))).collect();
    assert_eq!(contents(&store.rows()), expected);
    assert_eq!(before.get(RowId(7)).unwrap(), marked(7, 3), "a snapshot outlives compaction");
    drop(store);
    let (store, repair) = open(&path);
    assert!(repair.is_nothing());
    assert_eq!(contents(&store.rows()), expected);
}

#[test]
fn one_writes_and_others_read() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let (mut writer, _) = open(&path);
    let (mut reader, _) = open(&path);
    assert!(writer.can_write() && !reader.can_write());
    let refused = reader.append(RowId(1), &marked(1, 0));
    assert!(matches!(refused, Err(VectorError::ReadOnly(_))));
    assert!(matches!(reader.remove(RowId(1)), Err(VectorError::ReadOnly(_))));
    let refused = VectorStore::start_anew(&path, "layout", 2, DIMENSIONS);
    assert!(matches!(refused, Err(VectorError::ReadOnly(_))));
    writer.append(RowId(1), &marked(1, 0)).unwrap();
    assert!(!reader.refresh().unwrap(), "not flushed yet");
    writer.flush().unwrap();
    assert!(reader.refresh().unwrap() && !reader.refresh().unwrap());
    assert_eq!(contents(&reader.rows()), contents(&writer.rows()));
    for writing in 1..4 {
        writer.append(RowId(1), &marked(1, writing)).unwrap();
        writer.flush().unwrap();
    }
    assert!(writer.compact().unwrap());
    assert!(reader.refresh().unwrap(), "the file was replaced");
    assert_eq!(contents(&reader.rows()), BTreeMap::from([(1, marked(1, 3))]));
    drop(writer);
    drop(reader);
    assert!(open(&path).0.can_write());
}

#[test]
fn much_that_waits_is_written_without_being_asked() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wide");
    let (mut store, _) = VectorStore::open(&path, "wide", 1, 4096).unwrap();
    let vector = vec![0.25; 4096];
    for row in 0..2100 {
        store.append(RowId(row), &vector).unwrap();
    }
    assert!(fs::metadata(&path).unwrap().len() > 16_000_000);
    assert_eq!(store.rows().len(), 2100);
}

#[derive(Clone, Debug)]
enum Step {
    Append(u32, u32),
    Remove(u32),
    Flush,
    Reopen,
    Compact,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_u32..12, 0_u32..100).prop_map(|(row, writing)| Step::Append(row, writing)),
        3 => (0_u32..12).prop_map(Step::Remove),
        2 => Just(Step::Flush),
        1 => Just(Step::Reopen),
        1 => Just(Step::Compact),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_store_is_a_map_that_forgets_what_was_not_flushed(steps in prop::collection::vec(step(), 1..80)) {
        let folder = TempDir::new().unwrap();
        let path = file(&folder);
        let (mut store, _) = open(&path);
        let mut now = BTreeMap::new();
        let mut flushed = BTreeMap::new();
        for step in steps {
            match step {
                Step::Append(row, writing) => {
                    store.append(RowId(row), &marked(row, writing)).unwrap();
                    now.insert(row, marked(row, writing));
                }
                Step::Remove(row) => {
                    store.remove(RowId(row)).unwrap();
                    now.remove(&row);
                }
                Step::Flush => {
                    store.flush().unwrap();
                    flushed = now.clone();
                }
                Step::Reopen => {
                    drop(store);
                    let (opened, repair) = open(&path);
                    prop_assert!(repair.is_nothing());
                    store = opened;
                    now = flushed.clone();
                }
                Step::Compact => {
                    store.compact().unwrap();
                    flushed = now.clone();
                }
            }
            prop_assert_eq!(contents(&store.rows()), now.clone());
        }
    }

    #[test]
    fn any_bytes_are_opened_or_refused(soup in prop::collection::vec(any::<u8>(), 0..2000), keep in 0_usize..1200) {
        let folder = TempDir::new().unwrap();
        let path = file(&folder);
        let stages = written_file(&path);
        let mut bytes = fs::read(&path).unwrap();
        bytes.truncate(keep);
        bytes.extend(soup);
        fs::write(&path, bytes).unwrap();
        if let Ok((store, _)) = VectorStore::open(&path, "layout", 2, DIMENSIONS) {
            for (row, vector) in contents(&store.rows()) {
                let was_written = stages.iter().any(|(_, rows)| rows.get(&row) == Some(&vector));
                prop_assert!(was_written, "row {row}");
            }
        }
    }
}
