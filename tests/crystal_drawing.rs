//! The vector drawing against the ray-caster: what hides what, pixel by pixel, and how alike the two look.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use std::sync::Arc;

use glam::{DVec3, Vec3};
use proptest::prelude::*;
use vitrine::{
    crystal::{
        analysis::coordination::polyhedra::bonded_polyhedra,
        drawing::{
            Area, DrawingError, DrawingStyle, Drawn, Face, Labels, MAX_SHAPES, Shading, Subject, draw,
        },
        loaded::{Loaded, load_sample},
        render::{Palette, Picture, raycast},
        samples::SAMPLES,
        scene::{
            AtomImage, Camera, Cylinder, Projection, Scene, SceneStyle, Sphere, StandardView, UNLIT, build,
            lattice_planes, rims,
        },
        structure::Structure,
    },
    figure::svg::{PT_PER_MM, Svg},
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

/// A scene with a camera on it, and a picture of it.
struct View {
    structure: Arc<Structure>,
    scene: Arc<Scene>,
    camera: Camera,
    size: (u32, u32),
}

impl View {
    fn of(file: &str, view: StandardView, projection: Projection) -> Self {
        let Loaded { structure, bonds, .. } = sample(file);
        let scene = build(&structure, &bonds, &[], &SceneStyle::default(), PALETTE.cell);
        Self::of_scene(structure, scene, view, projection)
    }

    fn of_scene(structure: Arc<Structure>, scene: Scene, view: StandardView, projection: Projection) -> Self {
        let size = (400, 300);
        let mut camera = Camera::new(scene.bounds, &structure.lattice, view, projection);
        camera.fit_tightly(&scene, 400.0 / 300.0, 0.2);
        Self { structure, scene: Arc::new(scene), camera, size }
    }

    fn turned(mut self, right_rad: f32, down_rad: f32) -> Self {
        self.camera.orbit(right_rad, down_rad);
        self
    }

    fn sized(self, width: u32, height: u32) -> Self {
        Self { size: (width, height), ..self }
    }

    fn picture(&self, scene: Arc<Scene>, palette: Palette, show_axes: bool) -> Vec<u8> {
        raycast::draw(&Picture::new(&self.structure, scene, &self.camera, self.size, palette, show_axes))
    }

    fn area(&self) -> Area {
        Area { x: 0.0, y: 0.0, width: f64::from(self.size.0), height: f64::from(self.size.1) }
    }

    fn draw(
        &self,
        palette: Palette,
        faces: &[Face],
        style: &DrawingStyle,
    ) -> Result<(String, Drawn), DrawingError> {
        let area = self.area();
        let mut svg = Svg::new(area.width / PT_PER_MM, area.height / PT_PER_MM);
        let frame = self.camera.frame(self.size.0 as f32 / self.size.1 as f32);
        let scene = Scene::clone(&self.scene).with_faces(faces.iter().cloned());
        let subject = Subject { scene: &scene, frame: &frame, structure: &self.structure, palette };
        let drawn = draw(&mut svg, area, &subject, style)?;
        Ok((svg.finish("", ""), drawn))
    }

    fn pixels(&self, svg: &str) -> Vec<u8> {
        let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).unwrap();
        let mut pixmap = resvg::tiny_skia::Pixmap::new(self.size.0, self.size.1).unwrap();
        let scale = self.size.0 as f32 / tree.size().width();
        let transform = resvg::tiny_skia::Transform::from_scale(scale, scale);
        resvg::render(&tree, transform, &mut pixmap.as_mut());
        pixmap.take()
    }

    /// Gives every ball, each half of a site and every stick a colour of its own, in the drawing and in the picture, and
    /// returns the share of pixels away from edges on which they disagree.
    fn disagreement(mut self) -> f64 {
        let mut next = 0_u32;
        let mut own = || {
            next += 1;
            // Steps of 8 in three channels: far enough apart to be told from each other after rounding.
            let code = next * 7919 % 32_768;
            [(code & 31) * 8, (code >> 5 & 31) * 8, (code >> 10 & 31) * 8].map(|c| c as u8)
        };
        let mut scene = Scene::clone(&self.scene);
        for sphere in &mut scene.spheres {
            for color in [&mut sphere.color, &mut sphere.second] {
                let [r, g, b] = own();
                *color = [r, g, b, color[3]];
            }
        }
        for cylinder in &mut scene.cylinders {
            for color in [&mut cylinder.start_color, &mut cylinder.end_color] {
                let [r, g, b] = own();
                *color = [r, g, b, 255];
            }
            if cylinder.flags & UNLIT != 0 {
                cylinder.end_color = cylinder.start_color;
            }
        }
        self.scene = Arc::new(scene.clone());
        let style = DrawingStyle {
            shading: Shading::Flat,
            outline: 0.0,
            cell_line: 0.0,
            fade: 0.0,
            show_axes: false,
            ..DrawingStyle::default()
        };
        let (svg, drawn) = self.draw(TRANSPARENT, &[], &style).unwrap();
        assert_eq!(drawn.guessed, 0);
        let drawn = self.pixels(&svg);
        for flags in scene.spheres.iter_mut().map(|s| &mut s.flags) {
            *flags = UNLIT;
        }
        for flags in scene.cylinders.iter_mut().map(|c| &mut c.flags) {
            *flags = UNLIT;
        }
        let cast = self.picture(Arc::new(scene), TRANSPARENT, false);
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        let at = |pixels: &[u8], x: usize, y: usize| -> [u8; 4] {
            let start = (y * width + x) * 4;
            pixels[start..start + 4].try_into().unwrap()
        };
        let (mut seen, mut wrong) = (0_u32, 0_u32);
        for y in 2..height - 2 {
            for x in 2..width - 2 {
                let color = at(&cast, x, y);
                let is_inside = (y - 2..=y + 2).all(|v| (x - 2..=x + 2).all(|u| at(&cast, u, v) == color));
                if is_inside && color[3] > 0 {
                    seen += 1;
                    let found = at(&drawn, x, y);
                    wrong += u32::from(found.iter().zip(color).any(|(a, b)| a.abs_diff(b) > 3));
                } else if is_inside {
                    wrong += u32::from(at(&drawn, x, y)[3] > 0);
                }
            }
        }
        assert!(seen > 100, "something is seen: {seen}");
        // A handful of pixels of a small picture is no share to speak of.
        f64::from(wrong) / f64::from(seen.max(8000))
    }
}

#[test]
fn what_hides_what_is_as_in_the_picture() {
    use Projection::{Orthographic, Perspective};
    use StandardView::{A, AStar, C, Diagonal, Iso};
    for (file, view, projection, turn) in [
        ("nacl.cif", Iso, Orthographic, (0.0, 0.0)),
        ("nacl.cif", Iso, Perspective, (0.4, 0.3)),
        ("srtio3.cif", Diagonal, Orthographic, (0.0, 0.0)),
        ("srtio3.cif", Iso, Perspective, (0.0, 0.0)),
        ("urea.cif", Iso, Orthographic, (0.2, 0.1)),
        ("urea.cif", C, Perspective, (0.0, 0.0)),
        ("graphite.cif", A, Orthographic, (0.0, 0.0)),
        ("graphite.cif", AStar, Perspective, (0.1, 0.2)),
        ("lifepo4.cif", Iso, Perspective, (0.3, -0.2)),
        ("lifepo4.cif", A, Orthographic, (0.0, 0.0)),
        ("quartz.cif", Iso, Orthographic, (1.0, 0.4)),
        ("algaas.cif", Iso, Orthographic, (0.0, 0.0)),
        ("algaas.cif", Iso, Perspective, (0.5, 0.5)),
        ("silicon.cif", Diagonal, Perspective, (0.0, 0.0)),
    ] {
        let share = View::of(file, view, projection).turned(turn.0, turn.1).sized(800, 600).disagreement();
        assert!(
            share < 0.0005,
            "{file} {view:?} {projection:?}: {:.3} % of the pixels differ",
            100.0 * share
        );
    }
}

/// Cell edges five times as thick as usual, so that whole pixels of them are compared.
#[test]
fn edges_are_seen_where_nothing_hides_them() {
    for (file, projection) in [
        ("urea.cif", Projection::Orthographic),
        ("urea.cif", Projection::Perspective),
        ("lifepo4.cif", Projection::Perspective),
        ("algaas.cif", Projection::Orthographic),
        ("cssni3.cif", Projection::Perspective),
    ] {
        let mut view = View::of(file, StandardView::Iso, projection).turned(0.35, 0.15).sized(1000, 750);
        let mut scene = Scene::clone(&view.scene);
        for edge in scene.cylinders.iter_mut().filter(|cylinder| cylinder.flags & UNLIT != 0) {
            edge.radius *= 5.0;
        }
        for joint in scene.spheres.iter_mut().filter(|sphere| sphere.flags & UNLIT != 0) {
            joint.radius *= 5.0;
        }
        view.scene = Arc::new(scene);
        let share = view.disagreement();
        assert!(share < 0.002, "{file} {projection:?}: {:.3} % of the pixels differ", 100.0 * share);
    }
}

/// Least distance of a stick's axis to a line from point to point, found by sampling.
fn gap(stick: &Cylinder, (from, to): (Vec3, Vec3)) -> f32 {
    let (start, end) = (Vec3::from(stick.start), Vec3::from(stick.end));
    (0..=40)
        .map(|step| {
            let point = from.lerp(to, step as f32 / 40.0);
            let along = (point - start).dot(end - start) / start.distance_squared(end);
            start.lerp(end, along.clamp(0.0, 1.0)).distance(point)
        })
        .fold(f32::INFINITY, f32::min)
}

/// Balls that do not touch, and sticks between the centres of neighbours, anywhere.
fn any_scene(balls: usize) -> impl Strategy<Value = Scene> {
    let ball = (prop::array::uniform3(-3.0_f32..3.0), 0.15_f32..0.6);
    prop::collection::vec(ball, 4..balls).prop_map(|candidates| {
        let mut spheres: Vec<Sphere> = Vec::new();
        for (center, radius) in candidates {
            let is_free = spheres
                .iter()
                .all(|other| Vec3::from(other.center).distance(center.into()) > other.radius + radius + 0.05);
            if is_free {
                let id = spheres.len() as u32;
                let color = [200, 0, 0, 255];
                spheres.push(Sphere { center, radius, color, second: color, id, flags: 0 });
            }
        }
        let mut cylinders: Vec<Cylinder> = Vec::new();
        for (place, a) in spheres.iter().enumerate() {
            for b in spheres.iter().skip(place + 1) {
                let stick = Cylinder {
                    start: a.center,
                    radius: 0.1,
                    end: b.center,
                    split: 0.5,
                    start_color: a.color,
                    end_color: b.color,
                    flags: 0,
                };
                let others = || spheres.iter().filter(|other| *other != a && *other != b);
                let is_clear = others().all(|other| {
                    gap(&stick, (other.center.into(), other.center.into())) > other.radius + 0.12
                });
                // Sticks of one ball are compared outside of it.
                let outside = |stick: &Cylinder| {
                    let (start, end) = (Vec3::from(stick.start), Vec3::from(stick.end));
                    let inset = |at: Vec3| {
                        spheres.iter().find(|s| Vec3::from(s.center) == at).map_or(0.0, |s| s.radius)
                    };
                    (start.move_towards(end, 0.95 * inset(start)), end.move_towards(start, 0.95 * inset(end)))
                };
                let own = outside(&stick);
                let own = Cylinder { start: own.0.to_array(), end: own.1.to_array(), ..stick };
                let is_apart = cylinders.iter().all(|other| gap(&own, outside(other)) > 0.22);
                if Vec3::from(a.center).distance(b.center.into()) < 2.5 && is_clear && is_apart {
                    cylinders.push(stick);
                }
            }
        }
        let atoms = spheres.iter().map(|_| AtomImage { site: 0, cell: [0; 3] });
        let atoms = atoms.collect();
        Scene::new(spheres, cylinders, atoms)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_balls_and_sticks_are_as_in_the_picture(
        scene in any_scene(60),
        turn in (-3.0_f32..3.0, -1.4_f32..1.4),
        is_perspective: bool,
    ) {
        let projection = if is_perspective { Projection::Perspective } else { Projection::Orthographic };
        let structure = sample("nacl.cif").structure;
        let view = View::of_scene(structure, scene, StandardView::A, projection).turned(turn.0, turn.1);
        let share = view.sized(600, 450).disagreement();
        prop_assert!(share < 0.0005, "{:.3} % of the pixels differ", share * 100.0);
    }
}

/// The stick that comes from behind the lower ball is drawn, then the ball, then again what of the stick shows on the
/// ball: where the ball's outline was, the stick goes on without a hairline of the ball.
#[test]
fn a_stick_from_behind_a_ball_has_no_seam() {
    let color = [200, 0, 0, 255];
    let ball = |center: [f32; 3], radius: f32, id: u32| Sphere {
        center,
        radius,
        color,
        second: color,
        id,
        flags: 0,
    };
    let spheres = vec![
        ball([0.0, 0.0, 0.0], 0.15, 0),
        ball([0.0, -1.575, 0.927], 0.164, 1),
        ball([0.0, -2.538, 0.0], 0.15, 2),
    ];
    let ends = spheres.iter().zip(spheres.iter().skip(1));
    let sticks = ends.map(|(a, b)| Cylinder {
        start: a.center,
        radius: 0.1,
        end: b.center,
        split: 0.5,
        start_color: color,
        end_color: color,
        flags: 0,
    });
    let sticks = sticks.collect();
    let atoms = spheres.iter().map(|_| AtomImage { site: 0, cell: [0; 3] }).collect();
    let scene = Scene::new(spheres, sticks, atoms);
    for projection in [Projection::Orthographic, Projection::Perspective] {
        let structure = sample("nacl.cif").structure;
        let view =
            View::of_scene(structure, scene.clone(), StandardView::A, projection).turned(2.3704, -1.3071);
        let share = view.sized(600, 450).disagreement();
        assert!(share < 0.0005, "{projection:?}: {:.3} % of the pixels differ", share * 100.0);
    }
}

/// Share of pixels in which a channel differs by more than `bound`, and the mean difference of a channel.
fn difference(a: &[u8], b: &[u8], bound: u8) -> (f64, f64) {
    assert_eq!(a.len(), b.len());
    let pixels = || a.chunks_exact(4).zip(b.chunks_exact(4));
    let differing = pixels().filter(|(p, q)| p.iter().zip(*q).any(|(x, y)| x.abs_diff(*y) > bound)).count();
    let sum: u64 = a.iter().zip(b).map(|(x, y)| u64::from(x.abs_diff(*y))).sum();
    (differing as f64 / (a.len() / 4) as f64, sum as f64 / a.len() as f64)
}

#[test]
fn light_is_that_of_the_picture() {
    for (file, projection) in [
        ("nacl.cif", Projection::Orthographic),
        ("srtio3.cif", Projection::Perspective),
        ("urea.cif", Projection::Perspective),
        ("algaas.cif", Projection::Orthographic),
        ("lifepo4.cif", Projection::Orthographic),
    ] {
        let view = View::of(file, StandardView::Iso, projection);
        let style =
            DrawingStyle { outline: 0.0, cell_line: 0.0, show_axes: false, ..DrawingStyle::default() };
        let (svg, _) = view.draw(PALETTE, &[], &style).unwrap();
        // The drawing leaves the ground as it is: paper.
        let mut drawn = view.pixels(&svg);
        for pixel in drawn.chunks_exact_mut(4) {
            let missing = 255 - pixel[3];
            for channel in pixel {
                *channel += missing;
            }
        }
        let cast = view.picture(Arc::clone(&view.scene), PALETTE, false);
        let (share, mean) = difference(&drawn, &cast, 40);
        let covered = cast.chunks_exact(4).filter(|pixel| pixel[..3] != [255; 3]).count();
        assert!(covered > 8000, "{file}: {covered}");
        assert!(share < 0.008, "{file}: {:.2} % of the pixels differ", 100.0 * share);
        assert!(mean < 1.5, "{file}: {mean:.2} on average");
    }
}

/// Space-filling balls pass through each other.
#[test]
fn balls_that_meet_are_cut_where_they_meet() {
    for (file, projection) in [
        ("srtio3.cif", Projection::Orthographic),
        ("srtio3.cif", Projection::Perspective),
        ("urea.cif", Projection::Perspective),
        ("cssni3.cif", Projection::Orthographic),
    ] {
        let Loaded { structure, bonds, .. } = sample(file);
        let style = SceneStyle { ball_scale: 1.05, ..SceneStyle::default() };
        let scene = build(&structure, &bonds, &[], &style, PALETTE.cell);
        let view = View::of_scene(structure, scene, StandardView::Iso, projection).turned(0.2, 0.1);
        let share = view.sized(800, 600).disagreement();
        assert!(share < 0.002, "{file} {projection:?}: {:.3} % of the pixels differ", 100.0 * share);
    }
}

#[test]
fn a_drawing_is_small_pure_vector_and_the_same_every_time() {
    let view = View::of("lifepo4.cif", StandardView::Iso, Projection::Perspective);
    let style = DrawingStyle { labels: Labels::Sites, show_legend: true, ..DrawingStyle::default() };
    let (svg, drawn) = view.draw(PALETTE, &[], &style).unwrap();
    assert_eq!((svg.clone(), drawn), view.draw(PALETTE, &[], &style).unwrap());
    assert!(!svg.contains("<image"));
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    let elements = ["<circle", "<path", "<line "].iter().map(|tag| svg.matches(tag).count()).sum::<usize>();
    // A piece of a stick is two halves with their sides, and may show on the front of a ball.
    assert!(elements <= 5 * drawn.shapes + 40, "{elements} elements for {} shapes", drawn.shapes);
    assert!(svg.len() < 1200 * drawn.shapes + 20_000, "{} bytes for {} shapes", svg.len(), drawn.shapes);
    let gradients = svg.matches("<radialGradient").count();
    assert!(gradients <= 4 * 9 + 4, "{gradients} gradients for balls of four elements");
    for text in ["Li1", "Fe1", "O1"] {
        assert!(svg.contains(&format!(">{text}</text>")), "{text} is written");
    }
    for letter in ["a", "b", "c"] {
        assert!(svg.contains(&format!(">{letter}</tspan>")), "axis {letter} is named");
    }
}

#[test]
fn flat_shading_needs_no_gradients() {
    let view = View::of("algaas.cif", StandardView::Iso, Projection::Orthographic);
    let style = DrawingStyle { shading: Shading::Flat, ..DrawingStyle::default() };
    let (svg, _) = view.draw(PALETTE, &[], &style).unwrap();
    assert!(!svg.contains("Gradient"));
}

/// A row of equal balls along the line of sight shows its first one only.
#[test]
fn what_is_covered_is_not_in_the_file() {
    let ball = |x: f32| Sphere {
        center: [x, 0.0, 0.0],
        radius: 0.5,
        color: [200, 10, 10, 255],
        second: [0; 4],
        id: 0,
        flags: 0,
    };
    let far_and_small = Sphere { center: [-9.0, 0.1, 0.0], radius: 0.3, ..ball(0.0) };
    let aside = Sphere { center: [-9.0, 1.4, 0.0], ..ball(0.0) };
    let scene = Scene::new(vec![ball(0.0), far_and_small, aside], Vec::new(), Vec::new());
    let structure = sample("nacl.cif").structure;
    let view = View::of_scene(structure, scene, StandardView::A, Projection::Orthographic);
    let style = DrawingStyle { show_axes: false, ..DrawingStyle::default() };
    let (svg, drawn) = view.draw(PALETTE, &[], &style).unwrap();
    assert_eq!(drawn, Drawn { shapes: 2, covered: 1, guessed: 0 });
    assert_eq!(svg.matches("<circle").count(), 2);
}

/// A line behind a ball of radius 1, seen from the front: hidden from -1 to 1.
#[test]
fn an_edge_is_cut_at_the_outline_of_a_ball() {
    let edge = |x: f32| Cylinder {
        start: [x, -3.0, 0.0],
        radius: 0.01,
        end: [x, 3.0, 0.0],
        split: 1.0,
        start_color: PALETTE.cell,
        end_color: PALETTE.cell,
        flags: UNLIT,
    };
    let ball =
        Sphere { center: [0.0; 3], radius: 1.0, color: [200, 10, 10, 255], second: [0; 4], id: 0, flags: 0 };
    let structure = sample("nacl.cif").structure;
    let lines = |x: f32| {
        let scene = Scene::new(vec![ball], vec![edge(x)], Vec::new());
        let view = View::of_scene(Arc::clone(&structure), scene, StandardView::A, Projection::Orthographic);
        let style = DrawingStyle { show_axes: false, fade: 0.0, ..DrawingStyle::default() };
        let svg = view.draw(PALETTE, &[], &style).unwrap().0;
        let frame = view.camera.frame(400.0 / 300.0);
        let points_per_angstrom = f64::from(frame.focal.y) * 150.0;
        let mut lengths = Vec::new();
        for line in svg.lines().filter(|line| line.starts_with("<line ")) {
            let number = |name: &str| -> f64 {
                let after = line.split(&format!("{name}=\"")).nth(1).unwrap();
                after.split('"').next().unwrap().parse().unwrap()
            };
            lengths.push((number("x2") - number("x1")).abs() / points_per_angstrom);
        }
        lengths
    };
    // The camera looks along -x: the edge in front is whole, the one behind and the one through the ball are in two.
    let in_front = lines(1.5);
    assert_eq!(in_front.len(), 1);
    assert!((in_front[0] - 6.0).abs() < 0.01, "{in_front:?}");
    for x in [-1.5, 0.0] {
        let behind = lines(x);
        assert_eq!(behind.len(), 2);
        assert!(behind.iter().all(|length| (length - 2.0).abs() < 0.05), "{behind:?}");
    }
}

#[test]
fn polygons_lie_between_what_is_before_and_behind_them() {
    let view = View::of("srtio3.cif", StandardView::Iso, Projection::Orthographic);
    let corner =
        |x: f64, y: f64, z: f64| view.structure.lattice.cart_from_frac(DVec3::new(x, y, z)).as_vec3();
    let corners =
        vec![corner(0.7, 0.0, 0.0), corner(0.7, 1.0, 0.0), corner(0.7, 1.0, 1.0), corner(0.7, 0.0, 1.0)];
    let style = DrawingStyle { show_axes: false, ..DrawingStyle::default() };
    let plane = Face { corners, color: [10, 20, 250, 255] };
    let (svg, drawn) = view.draw(PALETTE, std::slice::from_ref(&plane), &style).unwrap();
    assert_eq!(drawn.guessed, 0);
    let pixels = view.pixels(&svg);
    let color_at = |place: Vec3| {
        let ndc = view.camera.frame(400.0 / 300.0).ndc(place).unwrap();
        let (x, y) = ((0.5 + 0.5 * ndc.x) * 400.0, (0.5 - 0.5 * ndc.y) * 300.0);
        let start = (y as usize * 400 + x as usize) * 4;
        [pixels[start], pixels[start + 1], pixels[start + 2]]
    };
    let is_plane = |[r, g, b]: [u8; 3]| b > 180 && r < 90 && g < 90;
    assert!(is_plane(color_at(corner(0.7, 0.25, 0.6))), "the plane is seen");
    // Strontium at 1/2 1/2 1/2 lies behind the plane; titanium at 1 0 0 lies before it.
    assert!(is_plane(color_at(corner(0.5, 0.5, 0.5))), "strontium is hidden");
    assert!(!is_plane(color_at(corner(1.0, 1.0, 0.0))), "titanium is not");
    // A translucent plane lets it through.
    let glass = Face { color: [10, 20, 250, 90], ..plane };
    let (through, _) = view.draw(PALETTE, &[glass], &style).unwrap();
    assert!(through.contains("fill-opacity=\"0.353\""));
}

#[test]
fn what_cannot_be_drawn_is_an_error_in_words() {
    let view = View::of("nacl.cif", StandardView::Iso, Projection::Orthographic);
    let with = |change: &dyn Fn(&mut Scene)| {
        let mut scene = Scene::clone(&view.scene);
        change(&mut scene);
        let scene = Arc::new(scene);
        let view =
            View { scene, structure: Arc::clone(&view.structure), camera: view.camera.clone(), ..view };
        view.draw(PALETTE, &[], &DrawingStyle::default())
    };
    let too_many = with(&|scene| {
        let first = scene.spheres[0];
        scene.spheres = vec![first; MAX_SHAPES];
    });
    let error = too_many.unwrap_err();
    assert!(matches!(error, DrawingError::TooMany { shapes } if shapes > MAX_SHAPES));
    assert!(error.to_string().contains("use the picture"));
    let broken = with(&|scene| scene.spheres[3].center[1] = f32::NAN);
    assert_eq!(broken.unwrap_err(), DrawingError::NotFinite);
    let endless = with(&|scene| scene.cylinders[0].end[0] = f32::INFINITY);
    assert_eq!(endless.unwrap_err(), DrawingError::NotFinite);

    let style = DrawingStyle { outline: f64::NAN, ..DrawingStyle::default() };
    assert_eq!(view.draw(PALETTE, &[], &style).unwrap_err(), DrawingError::NotFinite);
    let frame = view.camera.frame(1.0);
    let subject = Subject { scene: &view.scene, frame: &frame, structure: &view.structure, palette: PALETTE };
    let mut svg = Svg::new(100.0, 50.0);
    let area = Area { x: 0.0, y: 0.0, width: 200.0, height: 100.0 };
    let empty = svg.clone().finish("", "");
    assert_eq!(draw(&mut svg, area, &subject, &DrawingStyle::default()), Err(DrawingError::Aspect));
    assert_eq!(svg.finish("", ""), empty, "nothing was added");
}

/// Zoomed in, with the eye among the atoms: what is cut by the border or lies behind is no reason to fail.
#[test]
fn a_close_look_stays_in_its_area() {
    for projection in [Projection::Perspective, Projection::Orthographic] {
        let mut view = View::of("nacl.cif", StandardView::Iso, projection).turned(0.3, 0.1);
        view.camera.zoom(6.0);
        let style = DrawingStyle { show_axes: false, ..DrawingStyle::default() };
        let (svg, drawn) = view.draw(PALETTE, &[], &style).unwrap();
        assert!(svg.contains("<clipPath"), "{projection:?}");
        assert!(drawn.shapes > 0);
    }
}

#[test]
fn an_empty_scene_is_an_empty_drawing() {
    let structure = sample("nacl.cif").structure;
    let scene = Scene::new(Vec::new(), Vec::new(), Vec::new());
    let view = View::of_scene(structure, scene, StandardView::A, Projection::Orthographic);
    let style = DrawingStyle { show_axes: false, ..DrawingStyle::default() };
    let (_, drawn) = view.draw(PALETTE, &[], &style).unwrap();
    assert_eq!(drawn, Drawn::default());
}

/// Back edges are those that meet in the farthest corner.
#[test]
fn three_edges_behind_a_cell_are_dashed() {
    let view = View::of("urea.cif", StandardView::Iso, Projection::Orthographic).turned(0.1, 0.1);
    let style = DrawingStyle { dash_back_edges: true, show_axes: false, ..DrawingStyle::default() };
    let (svg, _) = view.draw(PALETTE, &[], &style).unwrap();
    let plain = view.draw(PALETTE, &[], &DrawingStyle { dash_back_edges: false, ..style }).unwrap().0;
    let dashed = svg.matches("stroke-dasharray").count();
    assert!((3..12).contains(&dashed), "{dashed}");
    assert_eq!(plain.matches("stroke-dasharray").count(), 0);
}

/// The front sides of an octahedron tint the atom inside.
#[test]
fn a_polyhedron_holds_its_atom() {
    for projection in [Projection::Orthographic, Projection::Perspective] {
        let view = View::of("srtio3.cif", StandardView::Iso, projection).turned(0.1, 0.05);
        let place =
            |offset: DVec3| view.structure.lattice.cart_from_frac(DVec3::ONE + 0.5 * offset).as_vec3();
        let mut faces = Vec::new();
        for signs in 0..8_u32 {
            let sign = |bit: u32| if signs >> bit & 1 == 0 { 1.0 } else { -1.0 };
            let corners =
                vec![place(DVec3::X * sign(0)), place(DVec3::Y * sign(1)), place(DVec3::Z * sign(2))];
            faces.push(Face { corners, color: [250, 0, 0, 128] });
        }
        let style = DrawingStyle { show_axes: false, fade: 0.0, ..DrawingStyle::default() };
        let (with, _) = view.draw(PALETTE, &faces, &style).unwrap();
        let (without, _) = view.draw(PALETTE, &[], &style).unwrap();
        // A little off the atom's middle, where no stick comes towards the reader.
        let ndc = view.camera.frame(400.0 / 300.0).ndc(place(DVec3::ZERO)).unwrap();
        let (x, y) = ((0.5 + 0.5 * ndc.x) * 400.0 + 4.0, (0.5 - 0.5 * ndc.y) * 300.0 - 4.0);
        let start = (y as usize * 400 + x as usize) * 4;
        let (tinted, plain) = (view.pixels(&with), view.pixels(&without));
        assert!(tinted[start + 2] < plain[start + 2] / 2 + 10, "{projection:?}: blue is halved");
        assert!(tinted[start] > plain[start], "{projection:?}: red is added");
    }
}

/// Planes that balls and sticks lie in, and polyhedra, against the ray-caster. Lines round faces are drawn differently and
/// left out of the count.
#[test]
fn what_is_seen_through_faces_is_as_in_the_picture() {
    use Projection::{Orthographic, Perspective};
    for (file, hkl, projection, bound) in [
        ("nacl.cif", Some([1, 1, 1]), Orthographic, 0.004),
        ("nacl.cif", Some([2, 0, 0]), Perspective, 0.004),
        ("rutile.cif", Some([1, 0, 1]), Perspective, 0.004),
        ("graphite.cif", Some([0, 0, 2]), Orthographic, 0.004),
        // Balls at corners stay whole.
        ("quartz.cif", None, Orthographic, 0.01),
        ("srtio3.cif", None, Perspective, 0.01),
    ] {
        let Loaded { structure, bonds, .. } = sample(file);
        let polyhedra = bonded_polyhedra(&structure, &bonds);
        let style = SceneStyle { show_polyhedra: hkl.is_none(), ..SceneStyle::default() };
        let scene = build(&structure, &bonds, &polyhedra, &style, PALETTE.cell);
        let planes = hkl.and_then(|hkl| lattice_planes(&structure.lattice, hkl, 10, [40, 90, 220, 150]));
        let scene = scene.with_faces(planes.map_or(Vec::new(), |planes| planes.faces));
        assert!(!scene.faces.is_empty());
        let view = View::of_scene(structure, scene, StandardView::Iso, projection).turned(0.1, 0.05);
        let view = view.sized(800, 600);
        let style =
            DrawingStyle { outline: 0.0, cell_line: 0.0, show_axes: false, ..DrawingStyle::default() };
        let (svg, _) = view.draw(PALETTE, &[], &style).unwrap();
        let mut drawn = view.pixels(&svg);
        for pixel in drawn.chunks_exact_mut(4) {
            let missing = 255 - pixel[3];
            for channel in pixel {
                *channel += missing;
            }
        }
        let cast = view.picture(Arc::clone(&view.scene), PALETTE, false);
        let bare = Scene { faces: Vec::new(), bounds: view.scene.bounds, ..Scene::clone(&view.scene) };
        let rimmed =
            Scene { cylinders: [bare.cylinders.clone(), rims(&view.scene)].concat(), ..bare.clone() };
        let is_rim = {
            let (with, without) = (
                view.picture(Arc::new(rimmed), PALETTE, false),
                view.picture(Arc::new(bare), PALETTE, false),
            );
            move |place: usize| with[place * 4..place * 4 + 4] != without[place * 4..place * 4 + 4]
        };
        let wrong = drawn
            .chunks_exact(4)
            .zip(cast.chunks_exact(4))
            .enumerate()
            .filter(|(place, (a, b))| !is_rim(*place) && a.iter().zip(*b).any(|(x, y)| x.abs_diff(*y) > 40))
            .count();
        let share = wrong as f64 / (800.0 * 600.0);
        assert!(share < bound, "{file} {hkl:?}: {:.2} % of the pixels differ", 100.0 * share);
    }
}
