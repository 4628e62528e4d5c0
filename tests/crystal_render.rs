//! Pictures: the GPU against its twin on the processor, tiles against the whole, files against pixels.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails says where")]

use std::sync::Arc;

use vitrine::{
    crystal::{
        analysis::coordination::polyhedra::bonded_polyhedra,
        loaded::{Loaded, load_sample},
        render::{
            CrystalPipelines, ExportError, Palette, Picture, Renderer, SceneBuffers, Tile, export_png,
            lit_face, raycast, write_png,
        },
        samples::SAMPLES,
        scene::{Camera, Face, Projection, Scene, SceneStyle, StandardView, build, lattice_planes, pick},
    },
    gpu::{GpuContext, Owner, read_rgba},
};

const PALETTE: Palette = Palette {
    background: [255, 255, 255, 255],
    cell: [40, 40, 40, 255],
    axes: [[210, 60, 60, 255], [40, 150, 80, 255], [50, 100, 210, 255]],
    highlight: [240, 170, 0, 255],
};
const TRANSPARENT: Palette = Palette { background: [255, 255, 255, 0], ..PALETTE };

fn sample(file: &str) -> Loaded {
    let sample = SAMPLES.iter().find(|sample| sample.file == file).unwrap();
    load_sample(sample).unwrap().remove(0)
}

fn picture(
    file: &str,
    view: StandardView,
    projection: Projection,
    size: (u32, u32),
    palette: Palette,
) -> Picture {
    let loaded = sample(file);
    let scene = Arc::new(build(&loaded.structure, &loaded.bonds, &[], &SceneStyle::default(), palette.cell));
    let mut camera = Camera::new(scene.bounds, &loaded.structure.lattice, view, projection);
    camera.fit_tightly(&scene, size.0 as f32 / size.1 as f32, 0.2);
    Picture::new(&loaded.structure, scene, &camera, size, palette, true)
}

fn gpu() -> (GpuContext, CrystalPipelines) {
    let gpu = GpuContext::headless().expect("tests need a graphics adapter: install mesa-vulkan-drivers");
    let pipelines = CrystalPipelines::new(&gpu);
    (gpu, pipelines)
}

fn draw_on_gpu(gpu: &GpuContext, pipelines: &CrystalPipelines, picture: &Picture, tile: Tile) -> Vec<u8> {
    let target = pipelines.target(gpu, &Owner::Export, tile.width, tile.height);
    let scene = SceneBuffers::upload(gpu, &Owner::Export, picture.scene()).unwrap();
    pipelines.draw(gpu, &Owner::Export, picture, &scene, tile, &target).unwrap();
    let pixels = read_rgba(gpu, target.color()).unwrap();
    assert!(gpu.errors.faults().is_empty(), "{:?}", gpu.errors.faults());
    pixels
}

fn whole(picture: &Picture) -> Tile {
    Tile { x: 0, y: 0, width: picture.width, height: picture.height }
}

/// Share of pixels in which a channel differs by more than `bound`.
fn differing(a: &[u8], b: &[u8], bound: u8) -> f64 {
    assert_eq!(a.len(), b.len());
    let pixels = a.chunks_exact(4).zip(b.chunks_exact(4));
    let differing = pixels.filter(|(p, q)| p.iter().zip(*q).any(|(x, y)| x.abs_diff(*y) > bound)).count();
    differing as f64 / (a.len() / 4) as f64
}

#[test]
fn the_shader_and_its_twin_draw_the_same_picture() {
    let (gpu, pipelines) = gpu();
    for (file, view, projection, palette) in [
        ("nacl.cif", StandardView::Iso, Projection::Orthographic, PALETTE),
        ("lifepo4.cif", StandardView::Iso, Projection::Perspective, PALETTE),
        ("graphite.cif", StandardView::CStar, Projection::Perspective, TRANSPARENT),
        ("urea.cif", StandardView::Diagonal, Projection::Orthographic, TRANSPARENT),
        ("algaas.cif", StandardView::Iso, Projection::Perspective, PALETTE),
    ] {
        let picture = picture(file, view, projection, (320, 240), palette).with_selection(Some(0));
        let on_gpu = draw_on_gpu(&gpu, &pipelines, &picture, whole(&picture));
        let on_cpu = raycast::draw(&picture);
        let covered = on_cpu.chunks_exact(4).filter(|p| p[3] == 255 && p[..3] != [255, 255, 255]).count();
        assert!(covered > 3000, "{file} shows something: {covered} pixels");
        // Rounding decides a sample at an edge now and then; shading must agree everywhere.
        let share = differing(&on_gpu, &on_cpu, 6);
        assert!(share < 0.002, "{file}: {:.3} % of the pixels differ", share * 100.0);
    }
}

#[test]
fn tiles_put_together_are_the_whole_picture() {
    let (gpu, pipelines) = gpu();
    let picture = picture("rutile.cif", StandardView::Iso, Projection::Perspective, (210, 130), PALETTE);
    let at_once = draw_on_gpu(&gpu, &pipelines, &picture, whole(&picture));
    let mut together = vec![0; at_once.len()];
    for (x, width) in [(0, 80), (80, 130)] {
        for (y, height) in [(0, 70), (70, 60)] {
            let tile = Tile { x, y, width, height };
            let pixels = draw_on_gpu(&gpu, &pipelines, &picture, tile);
            for (row, line) in pixels.chunks_exact(width as usize * 4).enumerate() {
                let start = ((y as usize + row) * 210 + x as usize) * 4;
                together[start..start + line.len()].copy_from_slice(line);
            }
        }
    }
    assert!(differing(&at_once, &together, 8) < 0.002);
}

/// Corners of quads far outside a tile lose bits in rasterisers: sticks were cut at the borders of tiles of large pictures.
#[test]
fn a_tile_of_a_large_picture_is_like_the_processors() {
    let (gpu, pipelines) = gpu();
    let side = 8194;
    let loaded = sample("nacl.cif");
    let scene = Arc::new(build(&loaded.structure, &loaded.bonds, &[], &SceneStyle::default(), PALETTE.cell));
    let lattice = &loaded.structure.lattice;
    let mut camera = Camera::new(scene.bounds, lattice, StandardView::Iso, Projection::Orthographic);
    camera.fit_tightly(&scene, 1.0, 0.0);
    let picture = Picture::new(&loaded.structure, scene, &camera, (side, side), PALETTE, false);
    // The tile, and the rows of it, in which it was seen.
    let tile = Tile { x: 4096, y: 5120, width: 2048, height: 1024 };
    let (top, rows) = (5888, 256);
    let on_gpu = draw_on_gpu(&gpu, &pipelines, &picture, tile);
    let from = (top - tile.y) as usize * 2048 * 4;
    let on_cpu = raycast::draw_rows(&picture, top, rows);
    let part: Vec<u8> = on_cpu
        .chunks_exact(side as usize * 4)
        .flat_map(|row| row[4096 * 4..(4096 + 2048) * 4].to_vec())
        .collect();
    let share = differing(&on_gpu[from..from + part.len()], &part, 40);
    assert!(share < 0.002, "{:.3} % of the pixels differ", share * 100.0);
}

#[test]
fn bands_on_the_processor_are_the_whole_picture() {
    let picture = picture("quartz.cif", StandardView::A, Projection::Orthographic, (97, 83), PALETTE);
    let at_once = raycast::draw(&picture);
    let mut together = raycast::draw_rows(&picture, 0, 40);
    together.extend(raycast::draw_rows(&picture, 40, 43));
    assert_eq!(at_once, together);
}

#[test]
fn a_transparent_picture_is_clear_outside_and_solid_inside() {
    let picture = picture("cscl.cif", StandardView::Iso, Projection::Orthographic, (200, 200), TRANSPARENT);
    let pixels = raycast::draw(&picture);
    let alpha = |x: usize, y: usize| pixels[(y * 200 + x) * 4 + 3];
    assert_eq!(alpha(199, 0), 0, "the corner is clear");
    assert_eq!(alpha(100, 100), 255, "the middle atom is solid");
    assert!(pixels.chunks_exact(4).any(|p| p[3] > 0 && p[3] < 255), "edges are smooth");
}

#[test]
fn standard_views_look_where_they_say() {
    let loaded = sample("graphite.cif");
    let scene = build(&loaded.structure, &loaded.bonds, &[], &SceneStyle::default(), PALETTE.cell);
    let [a, b, c] = loaded.structure.lattice.vectors().map(|v| v.as_vec3().normalize());
    let stars = loaded.structure.lattice.reciprocal_vectors().map(|v| v.as_vec3().normalize());
    for (view, towards) in [
        (StandardView::A, a),
        (StandardView::B, b),
        (StandardView::C, c),
        (StandardView::AStar, stars[0]),
        (StandardView::BStar, stars[1]),
        (StandardView::CStar, stars[2]),
    ] {
        let camera = Camera::new(scene.bounds, &loaded.structure.lattice, view, Projection::Orthographic);
        let frame = camera.frame(1.0);
        let seen = frame.view_from_world.transform_vector3(towards);
        assert!(seen.z > 0.9999, "{} points at the viewer: {seen}", view.name());
        let (_, up) = frame.right_and_up();
        let upwards = if matches!(view, StandardView::C | StandardView::CStar) { b } else { c };
        assert!(up.dot(upwards) > 0.8, "{}: up is {up}", view.name());
    }
}

#[test]
fn turning_follows_the_hand() {
    let loaded = sample("nacl.cif");
    let scene = build(&loaded.structure, &loaded.bonds, &[], &SceneStyle::default(), PALETTE.cell);
    let mut camera =
        Camera::new(scene.bounds, &loaded.structure.lattice, StandardView::Iso, Projection::Perspective);
    let before = camera.frame(1.0);
    let (right, up) = before.right_and_up();
    let front = scene.bounds.center + right.cross(up) * scene.bounds.radius * 0.9;
    camera.orbit(0.3, 0.0);
    let moved = camera.frame(1.0).ndc(front).unwrap() - before.ndc(front).unwrap();
    assert!(
        moved.x > 0.05 && moved.y.abs() < 0.02,
        "dragged to the right, the front moves to the right: {moved}"
    );
    camera.orbit(-0.3, 0.0);
    camera.orbit(0.0, 0.3);
    let moved = camera.frame(1.0).ndc(front).unwrap() - before.ndc(front).unwrap();
    assert!(moved.y < -0.05, "dragged down, the front moves down: {moved}");
    camera.pan(0.1, 0.0);
    let panned = camera.frame(1.0).ndc(scene.bounds.center).unwrap();
    assert!((panned.x - 0.2).abs() < 1e-3 && panned.y.abs() < 1e-3, "a tenth of the side: {panned}");
}

#[test]
fn the_atom_under_the_pointer_is_the_one_in_front() {
    let loaded = sample("cscl.cif");
    let scene = build(&loaded.structure, &loaded.bonds, &[], &SceneStyle::default(), PALETTE.cell);
    for projection in [Projection::Orthographic, Projection::Perspective] {
        let camera = Camera::new(scene.bounds, &loaded.structure.lattice, StandardView::A, projection);
        let frame = camera.frame(1.5);
        // Along a, every corner atom stands behind another; the nearer has the larger x.
        for (id, atom) in scene.atoms.iter().enumerate() {
            let at = frame.ndc(atom.cart(&loaded.structure).as_vec3()).unwrap();
            let picked = scene.atoms[pick(&scene, &frame, at).unwrap() as usize];
            let [wanted, got] = [*atom, picked].map(|atom| atom.cart(&loaded.structure));
            assert!(got.x >= wanted.x - 1e-6, "{id}: nearer or the same");
            assert!((got - wanted).truncate().y.abs() < 1.0, "{id}: in line");
        }
        assert_eq!(pick(&scene, &frame, glam::Vec2::new(0.99, 0.99)), None);
    }
}

#[test]
fn a_file_has_its_size_resolution_and_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.png");
    let picture = picture("silicon.cif", StandardView::Iso, Projection::Orthographic, (150, 100), PALETTE);
    export_png(Renderer::Raycast, &picture, 300.0, &path, &mut |_| true).unwrap();
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(&path).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let pixels_per_meter = reader.info().pixel_dims.unwrap();
    assert_eq!((pixels_per_meter.xppu, pixels_per_meter.unit), (11811, png::Unit::Meter));
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut bytes).unwrap();
    assert_eq!((frame.width, frame.height, frame.color_type), (150, 100, png::ColorType::Rgb));
    // Files are drawn with four times the pixels and averaged.
    let fine = raycast::draw(&picture.scaled(2));
    let at = |x: usize, y: usize, channel: usize| u32::from(fine[(y * 300 + x) * 4 + channel]);
    for (index, byte) in bytes.iter().enumerate() {
        let (x, y, channel) = (index / 3 % 150 * 2, index / 3 / 150 * 2, index % 3);
        let sum =
            at(x, y, channel) + at(x + 1, y, channel) + at(x, y + 1, channel) + at(x + 1, y + 1, channel);
        assert_eq!(u32::from(*byte), (sum + 2) / 4);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn a_file_from_the_gpu_is_tiled_and_keeps_straight_alpha() {
    let (gpu, pipelines) = gpu();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wide.png");
    // Wider than one tile.
    let picture = picture("nacl.cif", StandardView::Iso, Projection::Orthographic, (2200, 60), TRANSPARENT);
    export_png(Renderer::Gpu(&gpu, &pipelines), &picture, 600.0, &path, &mut |_| true).unwrap();
    let file = image::open(&path).unwrap().into_rgba8();
    assert_eq!(file.dimensions(), (2200, 60));
    // The same file from the processor differs by a sample at an edge here and there.
    let other = folder.path().join("other.png");
    export_png(Renderer::Raycast, &picture, 600.0, &other, &mut |_| true).unwrap();
    let other = image::open(&other).unwrap().into_rgba8();
    let soft = |p: &image::Rgba<u8>| p.0[3] > 0 && p.0[3] < 255;
    let steps: std::collections::BTreeSet<u8> = file.pixels().filter(|p| soft(p)).map(|p| p.0[3]).collect();
    assert!(steps.len() > 4, "edges have more than the four steps of one drawing: {steps:?}");
    for (a, b) in file.pixels().zip(other.pixels()) {
        if a.0[3] > 64 && b.0[3] > 64 {
            // Straight alpha: the colour of an edge is that of the atom, not a mixture with nothing.
            let differs = a.0[..3].iter().zip(&b.0[..3]).map(|(x, y)| x.abs_diff(*y)).max().unwrap();
            assert!(differs < 120, "{a:?} against {b:?}");
        }
    }
    let unlike = file.pixels().zip(other.pixels()).filter(|(a, b)| a.0[3].abs_diff(b.0[3]) > 20).count();
    assert!(unlike < 40, "{unlike} pixels");
    assert_eq!(gpu.ledger.total_bytes(), 0, "an export gives its memory back");
}

#[test]
fn what_cannot_be_written_is_an_error_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let picture = picture("copper.cif", StandardView::Iso, Projection::Orthographic, (64, 64), PALETTE);
    let missing = folder.path().join("no such folder/picture.png");
    let error = export_png(Renderer::Raycast, &picture, 300.0, &missing, &mut |_| true).unwrap_err();
    assert!(matches!(error, ExportError::Write { .. }), "{error}");
    assert!(error.to_string().contains("no such folder"));

    let cancelled = folder.path().join("cancelled.png");
    let error = export_png(Renderer::Raycast, &picture, 300.0, &cancelled, &mut |_| false).unwrap_err();
    assert!(matches!(error, ExportError::Cancelled), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

    // An older picture survives a failed attempt to replace it.
    let kept = folder.path().join("kept.png");
    std::fs::write(&kept, b"older").unwrap();
    export_png(Renderer::Raycast, &picture, 300.0, &kept, &mut |_| false).unwrap_err();
    assert_eq!(std::fs::read(&kept).unwrap(), b"older");
}

/// `/dev/full` refuses every write with "no space left on device".
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_as_such() {
    let picture = picture("copper.cif", StandardView::Iso, Projection::Orthographic, (64, 64), PALETTE);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let path = std::path::Path::new("/pictures/copper.png");
    let error = write_png(Renderer::Raycast, &picture, 300.0, &full, path, &mut |_| true).unwrap_err();
    let told = error.to_string();
    assert!(told.to_lowercase().contains("no space") && told.ends_with("/pictures/copper.png"), "{told}");
}

#[test]
fn what_the_device_refuses_is_an_error_of_the_one_who_asked() {
    let (gpu, _) = gpu();
    for _ in 0..2 {
        let refused = gpu.checked(|| {
            drop(gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("wrong"),
                size: 16,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::MAP_WRITE,
                mapped_at_creation: false,
            }));
            Ok(())
        });
        assert!(refused.is_err(), "the second time too");
    }
    assert!(gpu.errors.faults().is_empty());
    assert!(gpu.checked(|| Ok(())).is_ok());
}

#[test]
fn edges_of_a_transparent_file_have_the_colour_of_what_they_belong_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clear.png");
    let picture = picture("nacl.cif", StandardView::Iso, Projection::Orthographic, (400, 300), TRANSPARENT);
    export_png(Renderer::Raycast, &picture, 300.0, &path, &mut |_| true).unwrap();
    let file = image::open(&path).unwrap().into_rgba8();
    // The letters of the axes are drawn in one plain colour each; darkened edges would be premultiplied ones.
    let [r, g, b, _] = PALETTE.axes[2];
    let plain = file
        .enumerate_pixels()
        .filter(|(x, y, pixel)| {
            let near = |value: u8, wanted: u8| value.abs_diff(wanted) <= 6;
            *x < 60
                && *y > 240
                && (40..200).contains(&pixel.0[3])
                && near(pixel.0[0], r)
                && near(pixel.0[1], g)
                && near(pixel.0[2], b)
        })
        .count();
    assert!(plain >= 8, "{plain} soft pixels in the plain colour of an axis");
}

/// What is drawn among the atoms.
#[derive(Clone, Copy, Debug)]
enum Glass {
    Polyhedra,
    /// Two sets of planes that pass through each other, in different colours.
    Planes([i32; 3], [i32; 3]),
}

fn glass_scene(loaded: &Loaded, glass: Glass) -> Scene {
    let polyhedra = bonded_polyhedra(&loaded.structure, &loaded.bonds);
    let show_polyhedra = matches!(glass, Glass::Polyhedra);
    let style = SceneStyle { show_polyhedra, ..SceneStyle::default() };
    let scene = build(&loaded.structure, &loaded.bonds, &polyhedra, &style, PALETTE.cell);
    let Glass::Planes(first, second) = glass else { return scene };
    let planes = |hkl, color| lattice_planes(&loaded.structure.lattice, hkl, 20, color).unwrap().faces;
    scene.with_faces(planes(first, [40, 90, 220, 120])).with_faces(planes(second, [220, 60, 40, 90]))
}

fn glass_picture(
    file: &str,
    glass: Glass,
    projection: Projection,
    size: (u32, u32),
    palette: Palette,
) -> Picture {
    let loaded = sample(file);
    let scene = Arc::new(glass_scene(&loaded, glass));
    assert!(!scene.faces.is_empty(), "{file}");
    let mut camera = Camera::new(scene.bounds, &loaded.structure.lattice, StandardView::Iso, projection);
    camera.fit_tightly(&scene, size.0 as f32 / size.1 as f32, 0.2);
    camera.orbit(0.13, 0.07);
    Picture::new(&loaded.structure, scene, &camera, size, palette, true)
}

/// The processor orders the faces that a ray meets by distance; the GPU paints them in an order found for all rays at once.
#[test]
fn faces_are_the_same_in_the_shader_and_its_twin() {
    let (gpu, pipelines) = gpu();
    let crossing = Glass::Planes([2, 0, 0], [1, 1, 1]);
    for (file, glass, projection, palette) in [
        ("srtio3.cif", Glass::Polyhedra, Projection::Orthographic, PALETTE),
        ("srtio3.cif", Glass::Polyhedra, Projection::Perspective, TRANSPARENT),
        ("lifepo4.cif", Glass::Polyhedra, Projection::Perspective, PALETTE),
        ("rutile.cif", Glass::Polyhedra, Projection::Orthographic, TRANSPARENT),
        ("quartz.cif", Glass::Polyhedra, Projection::Perspective, PALETTE),
        ("nacl.cif", crossing, Projection::Orthographic, PALETTE),
        ("nacl.cif", crossing, Projection::Perspective, TRANSPARENT),
        ("quartz.cif", Glass::Planes([1, -1, 2], [0, 0, 3]), Projection::Perspective, PALETTE),
    ] {
        let picture = glass_picture(file, glass, projection, (320, 240), palette);
        let on_gpu = draw_on_gpu(&gpu, &pipelines, &picture, whole(&picture));
        let on_cpu = raycast::draw(&picture);
        let share = differing(&on_gpu, &on_cpu, 6);
        assert!(share < 0.002, "{file} {glass:?}: {:.3} % of the pixels differ", share * 100.0);
        let clear = glass_picture(file, glass, projection, (320, 240), palette);
        let bare = Scene { faces: Vec::new(), ..clear.scene().clone() };
        let loaded = sample(file);
        let mut camera = Camera::new(bare.bounds, &loaded.structure.lattice, StandardView::Iso, projection);
        camera.fit_tightly(clear.scene(), 320.0 / 240.0, 0.2);
        camera.orbit(0.13, 0.07);
        let bare = Picture::new(&loaded.structure, Arc::new(bare), &camera, (320, 240), palette, true);
        let tinted = differing(&on_cpu, &raycast::draw(&bare), 12);
        assert!(tinted > 0.05, "{file} {glass:?}: faces tint {:.1} % of the pixels", tinted * 100.0);
    }
}

#[test]
fn tiles_with_faces_put_together_are_the_whole_picture() {
    let (gpu, pipelines) = gpu();
    for projection in [Projection::Orthographic, Projection::Perspective] {
        let picture = glass_picture("srtio3.cif", Glass::Polyhedra, projection, (210, 130), PALETTE);
        let at_once = draw_on_gpu(&gpu, &pipelines, &picture, whole(&picture));
        let mut together = vec![0; at_once.len()];
        for (x, width) in [(0, 80), (80, 130)] {
            for (y, height) in [(0, 70), (70, 60)] {
                let tile = Tile { x, y, width, height };
                let pixels = draw_on_gpu(&gpu, &pipelines, &picture, tile);
                for (row, line) in pixels.chunks_exact(width as usize * 4).enumerate() {
                    let start = ((y as usize + row) * 210 + x as usize) * 4;
                    together[start..start + line.len()].copy_from_slice(line);
                }
            }
        }
        assert!(differing(&at_once, &together, 8) < 0.002);
    }
}

/// A tile of a file of many pixels: most of each polygon lies far outside.
#[test]
fn a_tile_of_a_large_picture_with_faces_is_like_the_processors() {
    let (gpu, pipelines) = gpu();
    let side = 8194;
    let picture = glass_picture(
        "nacl.cif",
        Glass::Planes([2, 0, 0], [1, 1, 1]),
        Projection::Perspective,
        (side, side),
        PALETTE,
    );
    let tile = Tile { x: 4096, y: 3072, width: 1024, height: 256 };
    let on_gpu = draw_on_gpu(&gpu, &pipelines, &picture, tile);
    let on_cpu = raycast::draw_rows(&picture, tile.y, tile.height);
    let part: Vec<u8> = on_cpu
        .chunks_exact(side as usize * 4)
        .flat_map(|row| row[4096 * 4..(4096 + 1024) * 4].to_vec())
        .collect();
    let share = differing(&on_gpu, &part, 12);
    assert!(share < 0.002, "{:.3} % of the pixels differ", share * 100.0);
}

/// Squares across the line of sight of a view along c, at heights in Å.
fn squares(squares: &[(f32, [u8; 4])], palette: Palette) -> Picture {
    let loaded = sample("nacl.cif");
    let faces = squares.iter().map(|(z, color)| {
        let corners = [(-3.0, -3.0), (3.0, -3.0), (3.0, 3.0), (-3.0, 3.0)];
        Face { corners: corners.map(|(x, y)| glam::Vec3::new(x, y, *z)).to_vec(), color: *color }
    });
    let scene = Arc::new(Scene::new(Vec::new(), Vec::new(), Vec::new()).with_faces(faces));
    let lattice = &loaded.structure.lattice;
    let camera = Camera::new(scene.bounds, lattice, StandardView::C, Projection::Orthographic);
    Picture::new(&loaded.structure, scene, &camera, (60, 60), palette, false)
}

#[test]
fn colours_seen_through_faces_are_mixed_in_the_order_of_depth() {
    let (gpu, pipelines) = gpu();
    let (red, blue) = ([220, 30, 20, 128], [20, 40, 210, 64]);
    let lit = |color: [u8; 4]| lit_face(color, glam::Vec3::Z) * 255.0;
    let over = |below: glam::Vec3, color: [u8; 4]| below.lerp(lit(color), f32::from(color[3]) / 255.0);
    for heights in [(-1.0, 1.0), (1.0, -1.0)] {
        let order = if heights.0 < heights.1 { [red, blue] } else { [blue, red] };
        let picture = squares(&[(heights.0, red), (heights.1, blue)], PALETTE);
        let clear = squares(&[(heights.0, red), (heights.1, blue)], TRANSPARENT);
        let wanted = over(over(glam::Vec3::splat(255.0), order[0]), order[1]);
        let premultiplied = over(over(glam::Vec3::ZERO, order[0]), order[1]);
        let alpha = 255.0 * (1.0 - (1.0 - 128.0 / 255.0) * (1.0 - 64.0 / 255.0));
        for (picture, wanted) in [(picture, wanted.extend(255.0)), (clear, premultiplied.extend(alpha))] {
            let pixels = [raycast::draw(&picture), draw_on_gpu(&gpu, &pipelines, &picture, whole(&picture))];
            for pixels in pixels {
                let middle = &pixels[(30 * 60 + 30) * 4..][..4];
                for (found, wanted) in middle.iter().zip(wanted.to_array()) {
                    // The far one may fade a little.
                    assert!((f32::from(*found) - wanted).abs() < 6.0, "{middle:?} instead of {wanted}");
                }
            }
        }
    }
}

#[test]
fn an_export_with_faces_gives_its_memory_back() {
    let (gpu, pipelines) = gpu();
    let picture =
        glass_picture("srtio3.cif", Glass::Polyhedra, Projection::Orthographic, (200, 150), TRANSPARENT);
    let mut file = Vec::new();
    let renderer = Renderer::Gpu(&gpu, &pipelines);
    write_png(renderer, &picture, 300.0, &mut file, std::path::Path::new(""), &mut |_| true).unwrap();
    assert!(gpu.errors.faults().is_empty(), "{:?}", gpu.errors.faults());
    assert_eq!(gpu.ledger.total_bytes(), 0);
    // Glass over nothing keeps its colour, and is neither clear nor solid.
    let image = image::load_from_memory(&file).unwrap().into_rgba8();
    let blue =
        image.pixels().filter(|p| (60..250).contains(&p.0[3]) && p.0[2] > p.0[0].saturating_add(20)).count();
    assert!(blue > 1000, "{blue} pixels of glass");
}
