//! Adapter, devices, ledger, errors: on whatever adapter the machine has (lavapipe in CI).
#![expect(clippy::expect_used, reason = "a test that fails says where")]

use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};
use vitrine::{
    gpu::{ErrorSink, GpuContext, Ledger, Owner, SHADERS, adapter},
    inference::{Compute, ComputePath, Inference},
    jobs::{JobError, Jobs, SystemClock},
};

fn gpu() -> GpuContext {
    GpuContext::headless().expect("tests need a graphics adapter: install mesa-vulkan-drivers")
}

fn jobs() -> Jobs {
    Jobs::new(Arc::new(SystemClock::new()))
}

#[test]
fn hardware_comes_before_software_and_discrete_before_integrated() {
    use wgpu::DeviceType::{Cpu, DiscreteGpu, IntegratedGpu, Other, VirtualGpu};
    let mut kinds = [Cpu, VirtualGpu, IntegratedGpu, Other, DiscreteGpu];
    kinds.sort_by_key(|kind| adapter::preference(*kind));
    assert_eq!(kinds, [DiscreteGpu, IntegratedGpu, VirtualGpu, Other, Cpu]);
}

#[test]
fn no_adapter_is_an_error_in_words_not_a_panic() {
    assert_eq!(adapter::choose(&[], None).unwrap_err(), "no graphics adapter found");
}

#[test]
fn every_shader_file_is_loaded_through_the_one_module_and_is_valid() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let source = std::fs::read_to_string(&path).unwrap();
        let module = naga::front::wgsl::parse_str(&source)
            .unwrap_or_else(|error| panic!("{}", error.emit_to_string_with_path(&source, &name)));
        naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::all())
            .validate(&module)
            .unwrap_or_else(|error| panic!("{}", error.emit_to_string_with_path(&source, &name)));
        let shader = SHADERS.iter().find(|shader| shader.file == name);
        assert_eq!(
            shader.map(|shader| shader.source),
            Some(source.as_str()),
            "{name} is not in gpu::SHADERS"
        );
        files += 1;
    }
    assert_eq!(files, SHADERS.len());
}

#[test]
fn the_ledger_names_an_owner_for_every_byte_and_forgets_what_is_dropped() {
    let gpu = gpu();
    let buffer = gpu.ledger.buffer(
        &gpu.device,
        Owner::Crystals,
        &wgpu::BufferDescriptor {
            label: Some("atoms"),
            size: 4096,
            usage: wgpu::BufferUsages::VERTEX,
            mapped_at_creation: false,
        },
    );
    let texture = gpu.ledger.texture(
        &gpu.device,
        Owner::Export,
        &wgpu::TextureDescriptor {
            label: Some("tile"),
            size: wgpu::Extent3d { width: 64, height: 32, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 4,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba8Unorm,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
            view_formats: &[],
        },
    );
    let owners = gpu.ledger.by_owner();
    let of = |owner: &Owner| owners.iter().find(|entry| entry.owner == *owner).map(|entry| entry.bytes);
    assert_eq!(of(&Owner::Crystals), Some(4096));
    assert_eq!(of(&Owner::Export), Some(64 * 32 * 4 * 4));
    // What is in the book is at least what the driver was asked for.
    assert!(gpu.device_bytes() >= gpu.ledger.total_bytes(), "{} bytes", gpu.device_bytes());
    drop((buffer, texture));
    assert_eq!(gpu.ledger.total_bytes(), 0);
}

#[test]
fn holdings_of_one_name_add_up() {
    let ledger = Ledger::default();
    let first = ledger.hold(Owner::Model("clip".into()), "weights", 10);
    let second = ledger.hold(Owner::Model("clip".into()), "weights", 5);
    assert_eq!(ledger.by_owner()[0].labels, [("weights ×2".to_owned(), 15)]);
    drop(first);
    assert_eq!(ledger.by_owner()[0].labels, [("weights".to_owned(), 5)]);
    drop(second);
    assert!(ledger.by_owner().is_empty());
}

#[test]
fn errors_are_collected_once_with_a_count() {
    let gpu = gpu();
    for _ in 0..3 {
        // A buffer that may be mapped for reading and be a vertex buffer is not allowed without a feature.
        drop(gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("wrong"),
            size: 16,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::MAP_WRITE,
            mapped_at_creation: false,
        }));
    }
    let faults = gpu.errors.faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].count, 3);
    assert_eq!(gpu.errors.take_unseen().len(), 1);
    assert!(gpu.errors.take_unseen().is_empty(), "what was told is not told again");
    assert!(gpu.check_alive().is_ok());
}

#[test]
fn a_lost_device_is_an_error_for_whoever_draws_next() {
    let gpu = gpu();
    let sink: &ErrorSink = &gpu.errors;
    sink.report_lost("the driver was reset");
    let error = gpu.check_alive().unwrap_err().to_string();
    assert!(error.contains("the driver was reset") && error.contains("restart"), "{error}");
}

#[test]
fn a_destroyed_device_gives_errors_and_no_panic() {
    let gpu = gpu();
    let pipelines = vitrine::crystal::render::CrystalPipelines::new(&gpu);
    gpu.device.destroy();
    let target = pipelines.target(&gpu, &Owner::Export, 8, 8);
    let result = vitrine::gpu::read_rgba(&gpu, target.color());
    assert!(result.is_err());
    assert!(!gpu.errors.faults().is_empty());
}

/// A product that any path must give, within what single precision allows.
fn plain_product(a: &[f32], b: &[f32], n: usize) -> Vec<f32> {
    (0..n * n)
        .map(|index| {
            let (row, column) = (index / n, index % n);
            (0..n).map(|k| f64::from(a[row * n + k]) * f64::from(b[k * n + column])).sum::<f64>() as f32
        })
        .collect()
}

fn values(n: usize, seed: u32) -> Vec<f32> {
    (0..(n * n) as u32)
        .map(|i| ((i.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 8) % 1000) as f32 / 500.0 - 1.0)
        .collect()
}

/// Multiplies on a device and compares with the plain product.
fn check_product(compute: &Compute) -> Result<(), JobError> {
    const N: usize = 48;
    let (a, b) = (values(N, 1), values(N, 2));
    let expected = plain_product(&a, &b, N);
    let tensor = |data| Tensor::<2>::from_data(TensorData::new(data, [N, N]), &compute.device);
    let product = tensor(a).matmul(tensor(b)).into_data();
    let product = product.try_to_vec::<f32>().map_err(|error| JobError::failed(format!("{error:?}")))?;
    assert_eq!(product.len(), expected.len());
    for (got, wanted) in product.iter().zip(&expected) {
        assert!((got - wanted).abs() < 1e-3, "{got} instead of {wanted}");
    }
    Ok(())
}

#[test]
fn matrices_multiply_on_the_path_of_this_machine_and_no_device_is_made_before() {
    let gpu = gpu();
    let expected_path = ComputePath::of(Some(&gpu)).0;
    let inference = Inference::new(Some(gpu), jobs());
    let active = inference.active_compute();
    assert_eq!(inference.active_path(), None, "nothing may exist before the first request");
    assert!(active.get().is_none());
    let (path, thread) = inference
        .request("multiply", |compute, _| {
            check_product(compute)?;
            Ok((compute.path, std::thread::current().name().map(str::to_owned)))
        })
        .unwrap()
        .wait()
        .unwrap();
    assert_eq!(path, expected_path);
    assert_eq!(inference.active_path(), Some(expected_path));
    assert_eq!(active.get().is_some(), expected_path == ComputePath::Wgpu, "others see the device of models");
    assert!(thread.unwrap().contains("inference"));
}

/// The path of machines with a GPU, also where the adapter is software and would not be chosen.
#[test]
fn matrices_multiply_on_a_second_device_of_the_same_adapter() {
    let gpu = gpu();
    let (compute, context) = Compute::on_gpu(&gpu).unwrap();
    check_product(&compute).unwrap();
    assert_ne!(context.device, gpu.device);
    assert_eq!(context.adapter, gpu.adapter);
    assert!(gpu.errors.faults().is_empty(), "{:?}", gpu.errors.faults());
}

#[test]
fn without_an_adapter_models_run_on_the_processor() {
    let inference = Inference::new(None, jobs());
    let sum = inference
        .request("add", |compute, _| {
            let ones = Tensor::<1>::ones([4], &compute.device);
            ones.sum().into_data().try_to_vec::<f32>().map_err(|error| JobError::failed(format!("{error:?}")))
        })
        .unwrap()
        .wait()
        .unwrap();
    assert_eq!(sum, [4.0]);
    assert_eq!(inference.active_path(), Some(ComputePath::Flex));
}

#[test]
fn the_compute_device_is_another_one_than_the_windows() {
    let gpu = gpu();
    let compute = vitrine::gpu::compute::request(&gpu).unwrap();
    assert_ne!(compute.device, gpu.device);
    assert_eq!(
        compute.device.limits(),
        gpu.adapter.limits(),
        "burn's kernels are made for the adapter's limits"
    );
}
