//! Links between the graphs and the view: what was clicked in a graph, and how the picture shows it.
//!
//! The picture of a link is the scene as it is, with other colours and a few sticks more ([`decorate`]).

use std::collections::HashMap;

use glam::{DVec3, IVec3, Vec3};

use crate::crystal::{
    analysis::{
        coordination::{Coordination, Method},
        diffraction::{Displacements, Probe, structure_factor},
        pairs::pairs_in_bin,
    },
    element::Element,
    scene::{AtomImage, Cylinder, NO_ATOM, Rgba, Scene, Sphere, UNLIT, lattice_planes},
    structure::Structure,
};

/// What a click in a graph shows in the picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Link {
    /// The planes of a diffraction peak, and the phase with which each atom scatters.
    Planes {
        /// Their indices.
        hkl: [i32; 3],
        /// As the graph writes them.
        label: String,
        /// What is scattered.
        probe: Probe,
    },
    /// The pairs of atoms within a stretch of distances.
    Distances {
        /// From, in Å.
        from_angstrom: f64,
        /// To, in Å.
        to_angstrom: f64,
    },
    /// The atoms of an element that have a coordination number.
    Number {
        /// Which element.
        element: Element,
        /// How many neighbours.
        cn: usize,
        /// How they are chosen.
        method: Method,
    },
    /// One site and its neighbours.
    Site {
        /// Index into the structure's sites.
        site: u32,
        /// How its neighbours are chosen.
        method: Method,
    },
}

impl Link {
    /// In a few words.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Planes { label, .. } => format!("Planes {label}"),
            Self::Distances { from_angstrom, to_angstrom } => {
                format!("Distances {from_angstrom:.2}–{to_angstrom:.2} Å")
            }
            Self::Number { element, cn, .. } => format!("{element} with {cn} neighbours"),
            Self::Site { site, .. } => format!("Neighbours of site {}", site + 1),
        }
    }
}

/// Colours of a linked picture.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkColors {
    /// What is not meant fades to this.
    pub background: Rgba,
    /// Planes and highlighted sticks.
    pub highlight: Rgba,
    /// Colours of the phases 0, …, 2π, equally spaced; they close.
    pub phases: Vec<Rgba>,
}

/// A linked picture.
#[derive(Clone, Debug)]
pub struct Decorated {
    /// The scene; its atoms have the indices of the plain one.
    pub scene: Scene,
    /// What it shows, in words.
    pub note: String,
}

/// How much of what is not meant fades.
const FADE: f32 = 0.82;
/// Opacity of a plane, of 255.
const FILL: u8 = 46;
/// Planes of one peak; beyond, they would hide each other.
const MAX_PLANES: usize = 60;
/// How much of its radius a stick keeps beside planes.
const THIN: f32 = 0.35;
/// Radius of a highlighted stick in Å.
const STICK_ANGSTROM: f32 = 0.13;
/// Products of sites and cells that are looked through for the distances of one atom.
const MAX_DISTANCES: f64 = 3e6;
/// Contributions of an atom below this share of the largest have no phase to speak of.
const NO_PHASE: f64 = 1e-3;

/// The scene with what a link lights up.
///
/// # Errors
/// In words, when what the link asks for cannot be computed.
pub fn decorate(
    scene: &Scene,
    structure: &Structure,
    link: &Link,
    colors: &LinkColors,
) -> Result<Decorated, String> {
    match link {
        Link::Planes { hkl, probe, .. } => planes(scene, structure, (*hkl, *probe), colors),
        Link::Distances { from_angstrom, to_angstrom } => {
            let found = pairs_in_bin(structure, *from_angstrom, *to_angstrom).map_err(|e| e.to_string())?;
            let pairs: Vec<Pair> = found.pairs.iter().map(|pair| (pair.a, pair.b, pair.image)).collect();
            let count = found.found;
            let note = match count {
                1 => "1 pair per cell".to_owned(),
                _ => format!("{count} pairs per cell"),
            };
            Ok(Decorated { scene: lit(scene, structure, &pairs, |_| false, colors), note })
        }
        Link::Number { element, cn, method } => {
            let found = Coordination::new(structure, *method).map_err(|error| error.to_string())?;
            let meant: Vec<bool> =
                found.sites.iter().map(|site| site.element == *element && site.cn == *cn).collect();
            let pairs = neighbours(&found, |index| meant.get(index) == Some(&true));
            let count = meant.iter().filter(|is| **is).count();
            let note = if count == 1 { "1 site".to_owned() } else { format!("{count} sites") };
            let is_meant = |site: u32| meant.get(site as usize) == Some(&true);
            Ok(Decorated { scene: lit(scene, structure, &pairs, is_meant, colors), note })
        }
        Link::Site { site, method } => {
            let found = Coordination::new(structure, *method).map_err(|error| error.to_string())?;
            let pairs = neighbours(&found, |index| index == *site as usize);
            let note = match pairs.len() {
                1 => "1 neighbour".to_owned(),
                count => format!("{count} neighbours"),
            };
            Ok(Decorated { scene: lit(scene, structure, &pairs, |other| other == *site, colors), note })
        }
    }
}

/// Two sites and the cell of the second.
type Pair = (u32, u32, [i32; 3]);

fn neighbours(coordination: &Coordination, is_meant: impl Fn(usize) -> bool) -> Vec<Pair> {
    let sites = coordination.sites.iter().filter(|site| is_meant(site.index));
    sites
        .flat_map(|site| site.neighbors.iter().map(|near| (site.index as u32, near.index as u32, near.image)))
        .collect()
}

/// Sticks between the drawn atoms of pairs; those atoms and the meant ones stay as they are, the rest fades.
fn lit(
    scene: &Scene,
    structure: &Structure,
    pairs: &[Pair],
    is_meant: impl Fn(u32) -> bool,
    colors: &LinkColors,
) -> Scene {
    let mut partners: Vec<Vec<(u32, [i32; 3])>> = vec![Vec::new(); structure.sites.len()];
    for (a, b, image) in pairs {
        if let Some(list) = partners.get_mut(*a as usize) {
            list.push((*b, *image));
        }
    }
    let drawn: HashMap<AtomImage, usize> = scene.atoms.iter().copied().zip(0..).collect();
    let mut bright: Vec<bool> = scene.atoms.iter().map(|atom| is_meant(atom.site)).collect();
    let mut sticks = Vec::new();
    for (index, atom) in scene.atoms.iter().enumerate() {
        for (site, image) in partners.get(atom.site as usize).map_or(&[][..], Vec::as_slice) {
            let cell = (IVec3::from(atom.cell) + IVec3::from(*image)).to_array();
            let Some(other) = drawn.get(&AtomImage { site: *site, cell }) else { continue };
            for end in [index, *other] {
                if let Some(mark) = bright.get_mut(end) {
                    *mark = true;
                }
            }
            sticks.push((index.min(*other), index.max(*other)));
        }
    }
    sticks.sort_unstable();
    sticks.dedup();
    if sticks.is_empty() {
        // Partners may all be outside of what is drawn.
        let ends = |site: u32| pairs.iter().any(|(a, b, _)| *a == site || *b == site);
        bright = scene.atoms.iter().map(|atom| is_meant(atom.site) || ends(atom.site)).collect();
    }
    let mut lit = scene.clone();
    for sphere in lit.spheres.iter_mut().filter(|sphere| sphere.id != NO_ATOM) {
        if bright.get(sphere.id as usize) != Some(&true) {
            fade_sphere(sphere, colors.background);
        }
    }
    for cylinder in lit.cylinders.iter_mut().filter(|cylinder| cylinder.flags & UNLIT == 0) {
        fade_cylinder(cylinder, colors.background);
    }
    for face in &mut lit.faces {
        face.color = mixed(face.color, colors.background, FADE);
    }
    let place = |index: usize| scene.atoms.get(index).map(|atom| atom.cart(structure).as_vec3());
    for (a, b) in sticks {
        if let (Some(start), Some(end)) = (place(a), place(b)) {
            lit.cylinders.push(stick(start, end, STICK_ANGSTROM, colors.highlight, 0));
        }
    }
    lit
}

fn stick(start: Vec3, end: Vec3, radius: f32, color: Rgba, flags: u32) -> Cylinder {
    Cylinder {
        start: start.to_array(),
        radius,
        end: end.to_array(),
        split: 1.0,
        start_color: color,
        end_color: color,
        flags,
    }
}

fn mixed(color: Rgba, other: Rgba, share: f32) -> Rgba {
    let [r, g, b, a] = color;
    let mix = |from: u8, to: u8| (f32::from(from) + (f32::from(to) - f32::from(from)) * share).round() as u8;
    [mix(r, other[0]), mix(g, other[1]), mix(b, other[2]), a]
}

fn fade_sphere(sphere: &mut Sphere, background: Rgba) {
    sphere.color = mixed(sphere.color, background, FADE);
    sphere.second = mixed(sphere.second, background, FADE);
}

fn fade_cylinder(cylinder: &mut Cylinder, background: Rgba) {
    cylinder.start_color = mixed(cylinder.start_color, background, FADE);
    cylinder.end_color = mixed(cylinder.end_color, background, FADE);
}

fn planes(
    scene: &Scene,
    structure: &Structure,
    (hkl, probe): ([i32; 3], Probe),
    colors: &LinkColors,
) -> Result<Decorated, String> {
    let factor = structure_factor(structure, probe, &Displacements::Ignored, hkl)
        .map_err(|error| error.to_string())?;
    let largest = factor.contributions.iter().map(|(re, im)| re.hypot(*im)).fold(0.0, f64::max);
    let mut tinted = scene.clone();
    for sphere in tinted.spheres.iter_mut().filter(|sphere| sphere.id != NO_ATOM) {
        let site = scene.atoms.get(sphere.id as usize).map_or(usize::MAX, |atom| atom.site as usize);
        let Some((re, im)) = factor.contributions.get(site) else { continue };
        if re.hypot(*im) < NO_PHASE * largest {
            fade_sphere(sphere, colors.background);
            continue;
        }
        let [r, g, b, _] = phase_color(im.atan2(*re), &colors.phases);
        sphere.color = [r, g, b, sphere.color[3]];
        sphere.second = [r, g, b, sphere.second[3]];
    }
    for cylinder in tinted.cylinders.iter_mut().filter(|cylinder| cylinder.flags & UNLIT == 0) {
        fade_cylinder(cylinder, colors.background);
        // Planes often run along bonds, which would swallow their outlines.
        cylinder.radius *= THIN;
    }
    let thickest = tinted.cylinders.iter().map(|cylinder| cylinder.radius).fold(0.0, f32::max);
    let radius = (0.006 * scene.bounds.radius).max(1.2 * thickest);
    let [r, g, b, _] = colors.highlight;
    // Polyhedra would hide the planes.
    tinted.faces.clear();
    if let Some(planes) = lattice_planes(&structure.lattice, hkl, MAX_PLANES, [r, g, b, FILL]) {
        for face in &planes.faces {
            let ends = face.corners.iter().zip(face.corners.iter().cycle().skip(1));
            let edges = ends.map(|(start, end)| stick(*start, *end, radius, colors.highlight, UNLIT));
            tinted.cylinders.extend(edges);
        }
        tinted.faces = planes.faces;
    }
    let note = format!("d = {:.4} Å · atoms by the phase of what they scatter", factor.d_angstrom);
    Ok(Decorated { scene: tinted, note })
}

/// Colour of a phase in radians.
#[must_use]
pub fn phase_color(phase_rad: f64, phases: &[Rgba]) -> Rgba {
    let turn = (phase_rad / std::f64::consts::TAU).rem_euclid(1.0) * phases.len() as f64;
    let from = (turn as usize) % phases.len().max(1);
    let to = (from + 1) % phases.len().max(1);
    match (phases.get(from), phases.get(to)) {
        (Some(a), Some(b)) => mixed(*a, *b, turn.fract() as f32),
        _ => [128, 128, 128, 255],
    }
}

/// Distances in Å from a site to all others within a cutoff, rising, each once. Empty where that would take too long.
#[must_use]
pub fn distances_from(structure: &Structure, site: u32, cutoff_angstrom: f64) -> Vec<f64> {
    let Some(own) = structure.sites.get(site as usize) else { return Vec::new() };
    let reach = if structure.periodic {
        structure
            .lattice
            .plane_spacings_angstrom()
            .map(|spacing| (cutoff_angstrom / spacing).ceil() as i32 + 1)
    } else {
        [0; 3]
    };
    let cells: f64 = reach.iter().map(|cells| 2.0 * f64::from(*cells) + 1.0).product();
    if cells * structure.sites.len() as f64 > MAX_DISTANCES {
        return Vec::new();
    }
    let mut found = Vec::new();
    let [na, nb, nc] = reach;
    for (a, b, c) in (-na..=na).flat_map(|a| (-nb..=nb).flat_map(move |b| (-nc..=nc).map(move |c| (a, b, c))))
    {
        let shift = DVec3::new(f64::from(a), f64::from(b), f64::from(c)) - own.frac;
        for other in &structure.sites {
            let distance = structure.lattice.cart_from_frac(other.frac + shift).length();
            if distance > 1e-3 && distance <= cutoff_angstrom {
                found.push(distance);
            }
        }
    }
    found.sort_unstable_by(f64::total_cmp);
    found.dedup_by(|next, kept| *next - *kept < 1e-3);
    found
}
