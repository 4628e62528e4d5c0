//! Vectors on the compute device: the same answers as on the processor, on whatever adapter the machine has (lavapipe in
//! CI).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop here")]
#![expect(clippy::expect_used, reason = "a test that fails says where")]

#[path = "support/random.rs"]
mod random;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use random::Random;
use tempfile::TempDir;
use vitrine::gpu::compute::{self, ActiveCompute};
use vitrine::gpu::{GpuContext, Owner};
use vitrine::inference::Compute;
use vitrine::library::RowId;
use vitrine::library::vectors::device::{DeviceRows, DeviceSearch, DeviceSizes, Kernels};
use vitrine::library::vectors::{Rows, VectorError, VectorStore};

/// A compute device as the program makes it.
fn compute_device() -> GpuContext {
    let gpu = GpuContext::headless().expect("tests need a graphics adapter: install mesa-vulkan-drivers");
    compute::request(&gpu).unwrap().context(&gpu)
}

/// One for all tests that do not count bytes or break it.
static KERNELS: LazyLock<Arc<Kernels>> = LazyLock::new(|| Arc::new(Kernels::new(&compute_device()).unwrap()));

fn active(device: &GpuContext) -> ActiveCompute {
    let compute = ActiveCompute::default();
    compute.activate(device.clone());
    compute
}

fn bytes_of_vectors(device: &GpuContext) -> u64 {
    let owners = device.ledger.by_owner();
    owners.iter().filter(|entry| entry.owner == Owner::Vectors).map(|entry| entry.bytes).sum()
}

/// Rows with gaps between their ids.
fn rows_of(dimensions: usize, vectors: &[Vec<f32>]) -> Arc<Rows> {
    let numbered = vectors.iter().zip(0_u32..).map(|(vector, at)| (RowId(at * 3 + 5), vector.as_slice()));
    Arc::new(Rows::in_memory(dimensions, numbered).unwrap())
}

fn random_rows(count: usize, dimensions: usize, seed: u64) -> Arc<Rows> {
    let mut random = Random(seed);
    let vectors: Vec<Vec<f32>> = (0..count).map(|_| random.vector(dimensions)).collect();
    rows_of(dimensions, &vectors)
}

/// Rows that differ from one another by a rounding of half precision or less, of which many are equal: whatever a device
/// rounds differently changes their order.
fn nearly_equal_rows(count: usize, dimensions: usize) -> Arc<Rows> {
    let mut random = Random(77);
    let base = random.vector(dimensions);
    let vectors: Vec<Vec<f32>> = (0..count)
        .map(|at| {
            let mut vector = base.clone();
            for _ in 0..at % 4 {
                let place = random.next() as usize % dimensions;
                vector[place] *= 1.0 + 1e-3 * random.number();
            }
            vector
        })
        .collect();
    rows_of(dimensions, &vectors)
}

/// Rows whose lengths lie far apart, some of them zeros.
fn rows_of_many_lengths(count: usize, dimensions: usize) -> Arc<Rows> {
    let mut random = Random(55);
    let vectors: Vec<Vec<f32>> = (0..count)
        .map(|at| {
            let size = [1.0, 3e4, 2e-3, 0.0, 100.0][at % 5];
            random.vector(dimensions).iter().map(|number| number * size).collect()
        })
        .collect();
    rows_of(dimensions, &vectors)
}

fn never() -> bool {
    false
}

/// Sizes around the chunks, tiles and workgroups of the shader.
const SIZES: [(usize, usize); 12] = [
    (0, 8),
    (1, 1),
    (2, 3),
    (5, 7),
    (17, 31),
    (33, 32),
    (65, 33),
    (130, 64),
    (1025, 9),
    (481, 512),
    (5000, 32),
    (700, 171),
];

/// So small that there are several buffers, many blocks, and that pairs overflow.
const SMALL: DeviceSizes = DeviceSizes { part_bytes: 40_000, block_rows: 200, pairs: 300 };

fn upload(rows: &Arc<Rows>, sizes: DeviceSizes) -> DeviceRows {
    DeviceRows::upload_cut(&KERNELS, rows, sizes).unwrap()
}

#[test]
fn scores_are_those_of_the_processor_but_for_rounding() {
    for (count, dimensions) in SIZES {
        let rows = random_rows(count, dimensions, 11);
        let there = upload(&rows, SMALL);
        for size in [1e-30_f32, 1.0, 1e30] {
            let query: Vec<f32> = Random(12).vector(dimensions).iter().map(|number| number * size).collect();
            let (mut expected, mut found) = (Vec::new(), vec![9.0; 3]);
            rows.scores(&query, &mut expected);
            there.scores(&query, &mut found).unwrap();
            assert_eq!(found.len(), count);
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() / size < 2e-5, "{count} × {dimensions}: {found} {expected}");
            }
        }
    }
}

#[test]
fn equal_rows_have_equal_scores_wherever_they_lie() {
    let vector = Random(3).vector(75);
    let rows = rows_of(75, &vec![vector.clone(); 1000]);
    let mut scores = Vec::new();
    upload(&rows, SMALL).scores(&Random(4).vector(75), &mut scores).unwrap();
    assert!(scores.iter().all(|score| *score == scores[0]));
}

fn check_best(rows: &Arc<Rows>, there: &DeviceRows, query: &[f32]) {
    for k in [0, 1, 20, rows.len() / 2, rows.len(), rows.len() + 100] {
        assert_eq!(there.top_k(query, k, None).unwrap(), rows.top_k(query, k, None), "k {k}");
    }
    let is_odd = |id: RowId| !id.0.is_multiple_of(2);
    assert_eq!(there.top_k(query, 20, Some(&is_odd)).unwrap(), rows.top_k(query, 20, Some(&is_odd)));
    assert!(there.top_k(query, 20, Some(&|_| false)).unwrap().is_empty());
}

#[test]
fn the_best_rows_are_those_of_the_processor() {
    for (count, dimensions) in SIZES {
        let rows = random_rows(count, dimensions, 21);
        for sizes in [DeviceSizes::default(), SMALL] {
            let there = upload(&rows, sizes);
            for size in [1e-38_f32, 1e-10, 1.0, 1e30] {
                let query =
                    Random(22).vector(dimensions).iter().map(|number| number * size).collect::<Vec<_>>();
                check_best(&rows, &there, &query);
            }
            check_best(&rows, &there, &vec![0.0; dimensions]);
        }
    }
}

#[test]
fn rows_that_rounding_could_reorder_are_in_the_processors_order() {
    for dimensions in [33, 512] {
        let rows = nearly_equal_rows(3000, dimensions);
        let there = upload(&rows, DeviceSizes::default());
        for seed in 1..6 {
            check_best(&rows, &there, &Random(seed).vector(dimensions));
        }
        check_best(&rows, &there, &rows.get(RowId(5)).unwrap());
    }
    let rows = rows_of_many_lengths(2000, 48);
    let there = upload(&rows, SMALL);
    for seed in 1..6 {
        check_best(&rows, &there, &Random(seed).vector(48));
    }
}

#[test]
fn queries_that_do_not_fit_find_nothing() {
    let rows = random_rows(9, 4, 3);
    let there = upload(&rows, DeviceSizes::default());
    let mut scores = vec![1.0];
    for query in [&[1.0; 3][..], &[1.0; 5], &[1.0, f32::NAN, 0.0, 0.0], &[f32::INFINITY, 0.0, 0.0, 0.0]] {
        there.scores(query, &mut scores).unwrap();
        assert!(scores.is_empty());
        assert!(there.top_k(query, 3, None).unwrap().is_empty());
    }
}

#[test]
fn pairs_are_those_of_the_processor() {
    for (count, dimensions) in SIZES {
        let rows = random_rows(count, dimensions, 31);
        for sizes in [DeviceSizes::default(), SMALL] {
            let there = upload(&rows, sizes);
            let thresholds = [0.6, -0.2, 0.1, 0.99, 1.0, 1.5, f32::INFINITY, f32::NAN];
            let thresholds = if count > 1000 { &thresholds[..1] } else { &thresholds };
            for threshold in thresholds.iter().copied() {
                let expected = rows.pairs_above(threshold, &never);
                let found = there.pairs_above(threshold, &never).unwrap();
                assert_eq!(found, expected, "{count} × {dimensions} above {threshold}");
            }
        }
    }
}

#[test]
fn pairs_at_the_threshold_are_those_of_the_processor() {
    for rows in [nearly_equal_rows(400, 100), rows_of_many_lengths(400, 64)] {
        for sizes in [DeviceSizes::default(), SMALL] {
            let there = upload(&rows, sizes);
            let all = rows.pairs_above(f32::NEG_INFINITY, &never);
            assert_eq!(all.len(), 400 * 399 / 2);
            assert_eq!(there.pairs_above(f32::NEG_INFINITY, &never).unwrap(), all);
            // Thresholds that some pair meets to the last bit.
            for (_, _, threshold) in all.iter().step_by(25_000) {
                let expected = rows.pairs_above(*threshold, &never);
                assert_eq!(there.pairs_above(*threshold, &never).unwrap(), expected, "above {threshold}");
            }
        }
    }
}

#[test]
fn more_pairs_than_are_kept_leave_the_closest() {
    let rows = random_rows(4200, 3, 41);
    let found = upload(&rows, DeviceSizes::default()).pairs_above(-1.0, &never).unwrap();
    let expected = rows.pairs_above(-1.0, &never);
    assert_eq!(expected.len(), vitrine::library::vectors::MAX_PAIRS);
    assert!(found == expected, "another choice of {} pairs", found.len());
}

#[test]
fn long_computations_stop_when_told() {
    let rows = random_rows(1000, 8, 1);
    let there = upload(&rows, SMALL);
    assert!(there.pairs_above(-1.0, &|| true).unwrap().is_empty());
    let asked = AtomicUsize::new(0);
    let after_some = || asked.fetch_add(1, Ordering::Relaxed) > 20;
    let found = there.pairs_above(0.0, &after_some).unwrap();
    let all = rows.pairs_above(0.0, &never);
    assert!(!found.is_empty() && found.len() < all.len());
    assert!(found.iter().all(|pair| all.contains(pair)));
}

#[test]
fn rows_of_a_file_are_searched_without_those_struck_out() {
    let folder = TempDir::new().unwrap();
    let (mut store, _) = VectorStore::open(&folder.path().join("rows"), "layout", 1, 21).unwrap();
    let mut random = Random(8);
    for row in 0..600 {
        store.append(RowId(row), &random.vector(21)).unwrap();
    }
    store.flush().unwrap();
    for row in (0..600).step_by(3) {
        store.remove(RowId(row)).unwrap();
    }
    // Some that are only in memory, in place of others and new.
    for row in 590..640 {
        store.append(RowId(row), &random.vector(21)).unwrap();
    }
    let rows = store.rows();
    let there = upload(&rows, SMALL);
    check_best(&rows, &there, &random.vector(21));
    assert!(
        there
            .top_k(&random.vector(21), 1000, None)
            .unwrap()
            .iter()
            .all(|(id, _)| id.0 > 589 || id.0 % 3 != 0)
    );
    assert_eq!(there.pairs_above(0.3, &never).unwrap(), rows.pairs_above(0.3, &never));
}

#[test]
fn rows_that_do_not_fit_are_an_error_in_words() {
    let rows = random_rows(10, 64, 1);
    let sizes = DeviceSizes { part_bytes: 100, ..DeviceSizes::default() };
    let error = DeviceRows::upload_cut(&KERNELS, &rows, sizes).unwrap_err();
    assert!(matches!(error, VectorError::TooLargeForDevice(1320)), "{error}");
    assert!(error.to_string().contains("do not fit"), "{error}");
}

#[test]
fn rows_of_a_snapshot_that_is_gone_are_out_of_date() {
    let rows = random_rows(10, 64, 1);
    let there = upload(&rows, DeviceSizes::default());
    drop(rows);
    assert!(matches!(there.top_k(&[1.0; 64], 3, None), Err(VectorError::Outdated)));
    assert!(matches!(there.pairs_above(0.5, &never), Err(VectorError::Outdated)));
}

#[test]
fn a_snapshot_comes_to_the_device_when_it_is_searched_again_and_leaves_with_its_users() {
    let device = compute_device();
    let search = DeviceSearch::on_any_device(active(&device));
    let (first, second) = (random_rows(300, 24, 5), random_rows(200, 24, 6));
    let query = Random(7).vector(24);
    let check = |rows: &Arc<Rows>| {
        let (mut found, mut expected) = (Vec::new(), Vec::new());
        search.scores(rows, &query, &mut found);
        rows.scores(&query, &mut expected);
        assert_eq!(found.len(), expected.len());
        assert!(found.iter().zip(&expected).all(|(found, expected)| (found - expected).abs() < 1e-5));
    };
    check(&first);
    assert_eq!(bytes_of_vectors(&device), 0, "asked once");
    check(&first);
    let of_first = bytes_of_vectors(&device);
    assert!(of_first >= 300 * 24 * 2);
    check(&first);
    assert_eq!(bytes_of_vectors(&device), of_first, "copied once");
    check(&second);
    check(&second);
    assert!(bytes_of_vectors(&device) >= of_first + 200 * 24 * 2);
    drop(first);
    search.drop_outdated();
    assert!(bytes_of_vectors(&device) < of_first);
    assert_eq!(search.pairs_above(&second, 0.4, &never), second.pairs_above(0.4, &never));
    drop(second);
    search.drop_outdated();
    assert_eq!(bytes_of_vectors(&device), 0);
    assert!(!search.is_given_up() && device.errors.faults().is_empty());
}

#[test]
fn without_a_device_and_on_software_adapters_the_processor_searches() {
    let device = compute_device();
    let rows = random_rows(70_000, 512, 5);
    let query = Random(7).vector(512);
    let mut expected = Vec::new();
    rows.scores(&query, &mut expected);
    let is_software = device.adapter.get_info().device_type == wgpu::DeviceType::Cpu;
    for (compute, is_used) in [(ActiveCompute::default(), false), (active(&device), !is_software)] {
        let search = DeviceSearch::new(compute);
        for _ in 0..3 {
            let mut found = Vec::new();
            search.scores(&rows, &query, &mut found);
            assert!(is_used || found == expected);
        }
        assert_eq!(bytes_of_vectors(&device) > 0, is_used);
    }
}

#[test]
fn a_device_that_is_lost_leaves_the_search_to_the_processor() {
    let device = compute_device();
    let search = DeviceSearch::on_any_device(active(&device));
    let rows = random_rows(500, 40, 5);
    let query = Random(7).vector(40);
    let mut expected = Vec::new();
    rows.scores(&query, &mut expected);
    let mut found = Vec::new();
    for _ in 0..3 {
        search.scores(&rows, &query, &mut found);
    }
    assert!(bytes_of_vectors(&device) > 0 && !search.is_given_up());
    device.device.destroy();
    for _ in 0..3 {
        search.scores(&rows, &query, &mut found);
        assert_eq!(found, expected);
        assert!(search.is_given_up());
    }
    assert_eq!(search.pairs_above(&rows, 0.3, &never), rows.pairs_above(0.3, &never));
    search.drop_outdated();
    assert_eq!(bytes_of_vectors(&device), 0, "nothing is kept for a device that is gone");
}

#[test]
fn a_lost_device_is_an_error_at_every_step() {
    let device = compute_device();
    let kernels = Arc::new(Kernels::new(&device).unwrap());
    let rows = random_rows(50, 8, 5);
    let there = DeviceRows::upload(&kernels, &rows).unwrap();
    device.device.destroy();
    let is_of_device = |error: VectorError| matches!(error, VectorError::Device(_));
    assert!(is_of_device(there.scores(&[1.0; 8], &mut Vec::new()).unwrap_err()));
    assert!(is_of_device(there.top_k(&[1.0; 8], 3, None).unwrap_err()));
    assert!(is_of_device(there.pairs_above(0.5, &never).unwrap_err()));
    assert!(is_of_device(DeviceRows::upload(&kernels, &rows).unwrap_err()));
}

/// burn has handlers of its own on the device, and its own work under way.
#[test]
fn rows_are_searched_on_the_device_that_models_run_on() {
    use burn::tensor::{Distribution, Tensor};
    let gpu = GpuContext::headless().expect("tests need a graphics adapter: install mesa-vulkan-drivers");
    let (models, device) = Compute::on_gpu(&gpu).unwrap();
    let kernels = Arc::new(Kernels::new(&device).unwrap());
    let rows = random_rows(900, 70, 9);
    let there = DeviceRows::upload(&kernels, &rows).unwrap();
    let factor = Tensor::<2>::random([64, 64], Distribution::Default, &models.device);
    let product = factor.clone().matmul(factor);
    check_best(&rows, &there, &Random(10).vector(70));
    assert_eq!(product.into_data().try_to_vec::<f32>().unwrap().len(), 64 * 64);
    assert_eq!(there.pairs_above(0.3, &never).unwrap(), rows.pairs_above(0.3, &never));
    assert!(gpu.errors.faults().is_empty(), "{:?}", gpu.errors.faults());
}
