//! What belongs together across the cell's walls: molecules, and the coordination of cations.
//!
//! A picture that stops at the walls cuts molecules in two and leaves metal atoms on the walls with a few stray sticks.
//! Three kinds of sites are told apart by the bonds:
//!
//! - sites of finite *molecules*, drawn whole where their middle lies in the cell (Mercury's "centroid fits");
//! - *centres*, the less electronegative partner of all their bonds: framework formers with at most six neighbours are
//!   completed wherever they are drawn, spectators such as Na, Ca, Sr or La only inside the cell;
//! - everything else (anions, metals, elements), completed inside the cell where there are no centres to do it.

use std::collections::{HashMap, VecDeque};

use glam::{DVec3, IVec3};

use crate::crystal::{element::Element, structure::Structure};

/// For every site its bonded sites, with the cell they lie in relative to its own.
pub(super) type Partners = Vec<Vec<(u32, [i32; 3])>>;

/// Below this electronegativity a cation is a spectator: alkali metals, Ca, Sr, Ba, Y and the lanthanides.
const SPECTATOR: f64 = 1.25;
/// How much more electronegative every partner of a centre is, at least.
const POLAR: f64 = 0.2;
/// Larger coordinations fill the picture with partners instead of showing a shape.
const LARGEST_SHELL: usize = 6;

/// What a site wants drawn beyond the walls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Part of the finite molecule of that number.
    Molecule(u32),
    /// Its shell is complete wherever it is drawn.
    Framework,
    /// Its shell is complete when it lies inside the cell.
    Inside,
    /// It asks for nothing.
    Guest,
}

/// Sites of a molecule, each with the cell it lies in when the molecule is in one piece.
pub(super) type Molecule = Vec<(u32, [i32; 3])>;

/// Roles of all sites, and the molecules.
pub(super) fn roles(structure: &Structure, partners: &Partners) -> (Vec<Role>, Vec<Molecule>) {
    let (components, molecules) = molecules(partners);
    let elements: Vec<Element> = structure.sites.iter().map(|site| structure.element_of(site)).collect();
    let centres: Vec<bool> = (0..elements.len()).map(|site| is_centre(site, &elements, partners)).collect();
    let has_centres = centres.contains(&true);
    let roles = (0..elements.len())
        .map(|site| match components.get(site).copied().flatten() {
            Some(molecule) => Role::Molecule(molecule),
            None if centres.get(site) == Some(&true) => {
                let shell = partners.get(site).map_or(0, Vec::len);
                let is_large = elements.get(site).is_some_and(|e| is_spectator(*e));
                if is_large || shell > LARGEST_SHELL { Role::Inside } else { Role::Framework }
            }
            None if has_centres => Role::Guest,
            None => Role::Inside,
        })
        .collect();
    (roles, molecules)
}

fn is_centre(site: usize, elements: &[Element], partners: &Partners) -> bool {
    let (Some(own), Some(bonded)) = (elements.get(site), partners.get(site)) else { return false };
    bonded.len() > 1
        && bonded.iter().all(|(other, _)| {
            elements
                .get(*other as usize)
                .is_some_and(|other| electronegativity(*other) > electronegativity(*own) + POLAR)
        })
}

/// Whether a cation is too large and too weakly charged to be part of a framework.
pub(super) fn is_spectator(element: Element) -> bool {
    electronegativity(element) < SPECTATOR
}

fn electronegativity(element: Element) -> f64 {
    element.data().electronegativity.unwrap_or(2.0)
}

/// The molecule of every site that is in one, and the molecules: bonded sites that end, where a net would come back to
/// a site in another cell. Single atoms are no molecules.
fn molecules(partners: &Partners) -> (Vec<Option<u32>>, Vec<Molecule>) {
    let mut number_of = vec![None; partners.len()];
    let mut seen = vec![false; partners.len()];
    let mut molecules: Vec<Molecule> = Vec::new();
    for start in 0..partners.len() {
        if seen.get(start) == Some(&true) {
            continue;
        }
        let mut cells: HashMap<u32, IVec3> = HashMap::from([(start as u32, IVec3::ZERO)]);
        let mut order = vec![(start as u32, [0; 3])];
        let mut waiting = VecDeque::from([start as u32]);
        let mut is_finite = true;
        while let Some(site) = waiting.pop_front() {
            if let Some(mark) = seen.get_mut(site as usize) {
                *mark = true;
            }
            let cell = cells.get(&site).copied().unwrap_or_default();
            for &(other, offset) in partners.get(site as usize).map_or(&[][..], Vec::as_slice) {
                let place = cell + IVec3::from(offset);
                if let Some(known) = cells.get(&other) {
                    is_finite &= *known == place;
                    continue;
                }
                cells.insert(other, place);
                order.push((other, place.to_array()));
                waiting.push_back(other);
            }
        }
        if is_finite && order.len() > 1 {
            for (site, _) in &order {
                if let Some(slot) = number_of.get_mut(*site as usize) {
                    *slot = Some(molecules.len() as u32);
                }
            }
            molecules.push(order);
        }
    }
    (number_of, molecules)
}

/// The middle of a molecule in fractional coordinates.
pub(super) fn middle(structure: &Structure, molecule: &Molecule) -> DVec3 {
    let sum: DVec3 = molecule
        .iter()
        .filter_map(|(site, cell)| {
            structure.sites.get(*site as usize).map(|site| site.frac + IVec3::from(*cell).as_dvec3())
        })
        .sum();
    sum / molecule.len().max(1) as f64
}
