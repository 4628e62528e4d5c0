//! Neighbours by a longest distance: the bonds of the viewer, and the radii of Jmol.

use super::{
    super::super::{
        bonds::Bond,
        element::Element,
        neighbours::NeighbourList,
        structure::{AsymmetricSite, Structure},
    },
    Coordinated, CoordinationError, Rule, SiteCoordination,
    radii::jmol_radius_angstrom,
};

/// Slack of Jmol on the sum of two radii.
const JMOL_SLACK_ANGSTROM: f64 = 0.45;
/// Closer than this, Jmol sees one atom twice.
const JMOL_SHORTEST_ANGSTROM: f64 = 0.4;
/// Partly filled sites closer than this exclude each other.
const ALTERNATE_ANGSTROM: f64 = 0.7;

pub(super) fn by_bonds(structure: &Structure, bonds: &[Bond]) -> Vec<SiteCoordination> {
    let mut sites = alone(structure);
    for bond in bonds {
        let distance_angstrom = bond.length_angstrom;
        let back = bond.image.map(|cells| -cells);
        for (from, to, image) in [(bond.a, bond.b, bond.image), (bond.b, bond.a, back)] {
            let element = element_at(structure, to as usize);
            if let Some(site) = sites.get_mut(from as usize) {
                site.neighbors.push(Coordinated {
                    index: to as usize,
                    element,
                    distance_angstrom,
                    image,
                    rule: bond.rule.into(),
                    weight: None,
                });
                site.cn += 1;
            }
        }
    }
    sites
}

pub(super) fn by_jmol_radii(structure: &Structure) -> Result<Vec<SiteCoordination>, CoordinationError> {
    let mut sites = alone(structure);
    let radii: Vec<f64> = sites
        .iter()
        .map(|site| {
            let radius = jmol_radius_angstrom(site.element);
            radius.ok_or(CoordinationError::NoRadius { element: site.element })
        })
        .collect::<Result<_, _>>()?;
    let largest = radii.iter().copied().fold(0.0, f64::max);
    let list = NeighbourList::new(structure, 2.0 * largest + JMOL_SLACK_ANGSTROM)?;
    for (index, (site, radius)) in sites.iter_mut().zip(&radii).enumerate() {
        for near in list.of(index) {
            let other = near.site as usize;
            let Some(other_radius) = radii.get(other) else { continue };
            let distance_angstrom = near.distance_angstrom;
            if distance_angstrom > JMOL_SHORTEST_ANGSTROM
                && distance_angstrom <= radius + other_radius + JMOL_SLACK_ANGSTROM
                && !never_together(structure, index, other, distance_angstrom)
            {
                site.neighbors.push(Coordinated {
                    index: other,
                    element: element_at(structure, other),
                    distance_angstrom,
                    image: near.image.map(i32::from),
                    rule: Rule::JmolRadii,
                    weight: None,
                });
            }
        }
        site.cn = site.neighbors.len();
    }
    Ok(sites)
}

/// Every site, still without neighbours.
pub(super) fn alone(structure: &Structure) -> Vec<SiteCoordination> {
    let sites = structure.sites.iter().enumerate();
    sites
        .map(|(index, site)| SiteCoordination {
            index,
            element: structure.element_of(site),
            cn: 0,
            neighbors: Vec::new(),
            weighted_cn: None,
        })
        .collect()
}

pub(super) fn element_at(structure: &Structure, site: usize) -> Element {
    structure.sites.get(site).map_or(Element::HYDROGEN, |site| structure.element_of(site))
}

/// Whether two sites are alternatives of each other, or one of them is vacant.
pub(super) fn never_together(structure: &Structure, a: usize, b: usize, distance_angstrom: f64) -> bool {
    let row = |index: usize| structure.sites.get(index).and_then(|site| structure.asymmetric_of(site));
    let (Some(a), Some(b)) = (row(a), row(b)) else { return true };
    let (filled_a, filled_b) = (a.total_occupancy(), b.total_occupancy());
    if filled_a <= 0.0 || filled_b <= 0.0 {
        return true;
    }
    (distance_angstrom < ALTERNATE_ANGSTROM && filled_a < 0.999 && filled_b < 0.999)
        || are_other_groups_of_one_assembly(a, b)
}

fn are_other_groups_of_one_assembly(a: &AsymmetricSite, b: &AsymmetricSite) -> bool {
    let (Some((assembly_a, group_a)), Some((assembly_b, group_b))) = (&a.disorder, &b.disorder) else {
        return false;
    };
    // A dot or nothing stands for "in all groups".
    let is_group = |group: &str| !matches!(group, "" | "." | "?");
    assembly_a == assembly_b && is_group(group_a) && is_group(group_b) && group_a != group_b
}
