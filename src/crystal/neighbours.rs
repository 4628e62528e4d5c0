//! Which sites lie within a distance of each site, periodic images included.
//!
//! The box is cut into bins whose thickness between parallel faces is about the cutoff, sites are sorted by bin, and
//! each site looks only at the bins its sphere can reach. In a cell thinner than the cutoff a bin is reached several
//! times, each time as another image, so that tiny and skewed cells need no special case and a site finds its own
//! images. Structures without periodicity use their bounding box and reach nothing beyond it.

use std::sync::atomic::{AtomicUsize, Ordering};

use glam::{DMat3, DVec3};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::structure::Structure;

/// A site near another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Distance in Å; zero for another site at the same place.
    pub distance_angstrom: f64,
    /// Index into [`Structure::sites`].
    pub site: u32,
    /// Cell of the neighbour relative to the cell of the site that asks.
    pub image: [i8; 3],
}

/// Why there is no neighbour list.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NeighbourError {
    /// The cutoff is zero, negative or not a number.
    #[error("the neighbour distance {cutoff_angstrom} Å is not a positive number")]
    Cutoff {
        /// What was asked for.
        cutoff_angstrom: f64,
    },
    /// The cutoff spans more cells than an image can name, or a site lies far outside its cell.
    #[error("the neighbour distance {cutoff_angstrom} Å reaches across more than {MAX_CELLS} cells")]
    TooFar {
        /// What was asked for.
        cutoff_angstrom: f64,
    },
    /// More neighbours, or more candidates to look at, than [`MAX_NEIGHBOURS`] allows.
    #[error(
        "the sites are too dense: more than {} million neighbours within {cutoff_angstrom} Å of {sites} sites",
        MAX_NEIGHBOURS / 1_000_000
    )]
    TooDense {
        /// What was asked for.
        cutoff_angstrom: f64,
        /// Sites of the structure.
        sites: usize,
    },
}

/// The most neighbours of one list, summed over the sites: 2 GiB of memory. A million sites of diamond have 92 million
/// within 5 Å.
pub const MAX_NEIGHBOURS: usize = 1 << 27;

/// Cells that the cutoff may span. With sites up to [`MAX_WRAP`] cells outside theirs, every image fits an `i8`.
const MAX_CELLS: u8 = 64;
const MAX_WRAP: f64 = 30.0;

/// Candidates that may be looked at per neighbour allowed: some seconds of work at the most.
const MAX_CANDIDATES: usize = 64 * MAX_NEIGHBOURS;

/// Below this the work is shorter than handing it to other threads.
const PARALLEL_SITES: usize = 20_000;

/// Home bins per piece of parallel work.
const BINS_PER_PIECE: usize = 1024;

/// Where the neighbours of a site stand: piece of work, first index, number.
#[derive(Clone, Copy, Default)]
struct Span {
    piece: u32,
    start: u32,
    count: u32,
}

/// All neighbours of all sites within one distance.
pub struct NeighbourList {
    pieces: Vec<Vec<Neighbour>>,
    spans: Vec<Span>,
    cutoff_angstrom: f64,
}

impl NeighbourList {
    /// All neighbours within `cutoff_angstrom`, the limit included.
    ///
    /// # Errors
    /// When the cutoff is no positive number, spans more than 64 cells, or the list would pass [`MAX_NEIGHBOURS`].
    pub fn new(structure: &Structure, cutoff_angstrom: f64) -> Result<Self, NeighbourError> {
        if !(cutoff_angstrom > 0.0 && cutoff_angstrom.is_finite()) {
            return Err(NeighbourError::Cutoff { cutoff_angstrom });
        }
        let too_dense = NeighbourError::TooDense { cutoff_angstrom, sites: structure.sites.len() };
        let bins = Bins::new(structure, cutoff_angstrom)?;
        if bins.candidates() > MAX_CANDIDATES {
            return Err(too_dense);
        }
        let bin_count = bins.bin_count();
        let found = AtomicUsize::new(0);
        let search = |piece: usize, size: usize| {
            let first = piece * size;
            bins.search(first..bin_count.min(first + size), &found)
        };
        let results: Vec<Option<Piece>> = if structure.sites.len() < PARALLEL_SITES {
            vec![search(0, bin_count)]
        } else {
            let pieces = bin_count.div_ceil(BINS_PER_PIECE);
            (0..pieces).into_par_iter().map(|piece| search(piece, BINS_PER_PIECE)).collect()
        };
        let mut spans = vec![Span::default(); structure.sites.len()];
        let mut pieces = Vec::with_capacity(results.len());
        for (result, number) in results.into_iter().zip(0_u32..) {
            let piece = result.ok_or_else(|| too_dense.clone())?;
            for (site, start, count) in piece.spans {
                if let Some(span) = spans.get_mut(site as usize) {
                    *span = Span { piece: number, start, count };
                }
            }
            pieces.push(piece.neighbours);
        }
        Ok(Self { pieces, spans, cutoff_angstrom })
    }

    /// Neighbours of a site, by its index into [`Structure::sites`]: in a fixed order, but not by distance.
    #[must_use]
    pub fn of(&self, site: usize) -> &[Neighbour] {
        let neighbours = self.spans.get(site).and_then(|span| {
            let start = span.start as usize;
            self.pieces.get(span.piece as usize)?.get(start..start + span.count as usize)
        });
        neighbours.unwrap_or_default()
    }

    /// Number of sites.
    #[must_use]
    pub fn site_count(&self) -> usize {
        self.spans.len()
    }

    /// Neighbours of all sites together: twice the number of pairs.
    #[must_use]
    pub fn neighbour_count(&self) -> usize {
        self.pieces.iter().map(Vec::len).sum()
    }

    /// The distance the list was made for.
    #[must_use]
    pub fn cutoff_angstrom(&self) -> f64 {
        self.cutoff_angstrom
    }
}

/// What one thread found: neighbours, and per site (site, start, count).
struct Piece {
    neighbours: Vec<Neighbour>,
    spans: Vec<(u32, u32, u32)>,
}

/// Consecutive bins along the last axis that lie in one image of the cell: one stretch of sorted sites.
struct Run {
    sites: std::ops::Range<usize>,
    shift_cart: DVec3,
    image: [i8; 3],
}

/// A site in the order of the bins.
#[derive(Clone, Copy)]
struct Sorted {
    cart: DVec3,
    site: u32,
    /// Cells by which the site was moved into the box; zero for every reader of ours.
    wrapped: [i8; 3],
}

struct Bins {
    periodic: bool,
    cutoff_angstrom: f64,
    cart_from_frac: DMat3,
    /// Bins per axis.
    counts: [i32; 3],
    /// How many bins away a sphere can reach, per axis.
    reach: [i32; 3],
    sorted: Vec<Sorted>,
    /// Where each bin starts in `sorted`, and the end of the last.
    starts: Vec<u32>,
}

impl Bins {
    fn new(structure: &Structure, cutoff_angstrom: f64) -> Result<Self, NeighbourError> {
        let too_far = NeighbourError::TooFar { cutoff_angstrom };
        let (cart_from_frac, origin) = frame(structure, cutoff_angstrom);
        let frac_from_cart = cart_from_frac.inverse();
        let rows = frac_from_cart.transpose();
        let spacings = [rows.x_axis, rows.y_axis, rows.z_axis].map(|row| 1.0 / row.length());
        let counts = bin_counts(spacings, cutoff_angstrom, structure.sites.len());
        let mut reach = [0; 3];
        for ((reach, spacing), count) in reach.iter_mut().zip(spacings).zip(counts) {
            let cells = cutoff_angstrom / spacing;
            if cells > f64::from(MAX_CELLS) && structure.periodic {
                return Err(too_far);
            }
            *reach = (cells * f64::from(count)).ceil() as i32;
        }
        let mut placed = Vec::with_capacity(structure.sites.len());
        for (site, index) in structure.sites.iter().zip(0_u32..) {
            let frac = if structure.periodic { site.frac } else { frac_from_cart * (site.frac - origin) };
            let cell = if structure.periodic { frac.floor() } else { DVec3::ZERO };
            if cell.abs().max_element() > MAX_WRAP {
                return Err(too_far);
            }
            let inside = frac - cell;
            let bin =
                [inside.x, inside.y, inside.z].into_iter().zip(counts).fold(0, |bin, (value, count)| {
                    bin * count as usize + ((value * f64::from(count)) as i32).clamp(0, count - 1) as usize
                });
            let wrapped = cell.to_array().map(|value| value as i8);
            placed.push((bin, Sorted { cart: cart_from_frac * inside, site: index, wrapped }));
        }
        let bin_count = counts.iter().map(|&count| count as usize).product();
        let (sorted, starts) = counting_sort(&placed, bin_count);
        Ok(Self {
            periodic: structure.periodic,
            cutoff_angstrom,
            cart_from_frac,
            counts,
            reach,
            sorted,
            starts,
        })
    }

    fn bin_count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Sites of the bins `first..=last`.
    fn range(&self, first: usize, last: usize) -> std::ops::Range<usize> {
        let at = |bin: usize| self.starts.get(bin).map_or(0, |&start| start as usize);
        at(first)..at(last + 1)
    }

    /// Distances that a search computes.
    fn candidates(&self) -> usize {
        let mut runs = Vec::new();
        let mut total = 0_usize;
        for bin in 0..self.bin_count() {
            let home = self.range(bin, bin).len();
            if home > 0 {
                self.runs(bin, &mut runs);
                let around: usize = runs.iter().map(|run| run.sites.len()).sum();
                total = total.saturating_add(home.saturating_mul(around));
            }
        }
        total
    }

    /// `None` when all threads together passed [`MAX_NEIGHBOURS`].
    fn search(&self, bins: std::ops::Range<usize>, found: &AtomicUsize) -> Option<Piece> {
        let mut piece = Piece { neighbours: Vec::new(), spans: Vec::new() };
        let mut runs = Vec::new();
        let mut counted = 0;
        for bin in bins {
            let home = self.range(bin, bin);
            if home.is_empty() {
                continue;
            }
            self.runs(bin, &mut runs);
            for index in home {
                let start = piece.neighbours.len();
                self.search_one(index, &runs, &mut piece.neighbours);
                let count = piece.neighbours.len() - start;
                let site = self.sorted.get(index).map_or(0, |sorted| sorted.site);
                piece.spans.push((site, start as u32, count as u32));
                if found.fetch_add(count, Ordering::Relaxed) + count > MAX_NEIGHBOURS {
                    return None;
                }
                counted += count;
            }
        }
        debug_assert_eq!(counted, piece.neighbours.len(), "every neighbour belongs to a span");
        Some(piece)
    }

    fn search_one(&self, index: usize, runs: &[Run], neighbours: &mut Vec<Neighbour>) {
        let Some(me) = self.sorted.get(index) else { return };
        let limit = self.cutoff_angstrom * self.cutoff_angstrom;
        for run in runs {
            let from = me.cart - run.shift_cart;
            let own_image = run.image == [0; 3];
            let others = self.sorted.get(run.sites.clone()).unwrap_or_default();
            for (other, position) in others.iter().zip(run.sites.start..) {
                let squared = (other.cart - from).length_squared();
                if squared <= limit && !(own_image && position == index) {
                    let image = relative_image(run.image, other.wrapped, me.wrapped);
                    neighbours.push(Neighbour { distance_angstrom: squared.sqrt(), site: other.site, image });
                }
            }
        }
    }

    /// Every stretch of sites that a sphere around a site of `bin` can reach.
    fn runs(&self, bin: usize, runs: &mut Vec<Run>) {
        runs.clear();
        let [_, count_y, count_z] = self.counts.map(|count| count as usize);
        let home =
            [bin / (count_y * count_z), bin / count_z % count_y, bin % count_z].map(|index| index as i32);
        let [reach_x, reach_y, reach_z] = self.reach;
        for x in home[0] - reach_x..=home[0] + reach_x {
            let Some((bin_x, image_x)) = self.wrap(x, 0) else { continue };
            for y in home[1] - reach_y..=home[1] + reach_y {
                let Some((bin_y, image_y)) = self.wrap(y, 1) else { continue };
                let row = (bin_x * count_y + bin_y) * count_z;
                let mut z = home[2] - reach_z;
                let end = home[2] + reach_z;
                while z <= end {
                    let Some((bin_z, image_z)) = self.wrap(z, 2) else {
                        z += 1;
                        continue;
                    };
                    let length = (count_z - bin_z).min((end - z + 1) as usize);
                    z += length as i32;
                    let sites = self.range(row + bin_z, row + bin_z + length - 1);
                    if !sites.is_empty() {
                        let image = [image_x, image_y, image_z];
                        let shift_cart = self.cart_from_frac * DVec3::from_array(image.map(f64::from));
                        runs.push(Run { sites, shift_cart, image });
                    }
                }
            }
        }
    }

    /// Bin within the box and image of it; `None` beyond the box of a structure that does not repeat.
    fn wrap(&self, bin: i32, axis: usize) -> Option<(usize, i8)> {
        let count = *self.counts.get(axis)?;
        let image = bin.div_euclid(count);
        (self.periodic || image == 0).then_some((bin.rem_euclid(count) as usize, image as i8))
    }
}

/// The box that is cut into bins, as a matrix of its edges, and its lower corner.
fn frame(structure: &Structure, cutoff_angstrom: f64) -> (DMat3, DVec3) {
    if structure.periodic {
        return (structure.lattice.cart_from_frac_matrix(), DVec3::ZERO);
    }
    let finite = || structure.sites.iter().map(|site| site.frac).filter(|frac| frac.is_finite());
    let low = finite().reduce(DVec3::min).unwrap_or(DVec3::ZERO);
    let high = finite().reduce(DVec3::max).unwrap_or(DVec3::ZERO);
    // Never flat, so that it can be inverted.
    (DMat3::from_diagonal((high - low).max(DVec3::splat(cutoff_angstrom))), low)
}

/// As many bins as the cutoff allows, but not many more than there are sites: vacuum costs memory too.
fn bin_counts(spacings: [f64; 3], cutoff_angstrom: f64, sites: usize) -> [i32; 3] {
    let mut counts = spacings.map(|spacing| (spacing / cutoff_angstrom).clamp(1.0, 1e6));
    let limit = 8.0 * sites as f64 + 4096.0;
    loop {
        let product: f64 = counts.iter().map(|count| count.floor()).product();
        if product <= limit {
            return counts.map(|count| count.floor() as i32);
        }
        let largest = counts.iter().copied().fold(1.0, f64::max);
        counts = counts.map(|count| if count == largest { (count / 2.0).max(1.0) } else { count });
    }
}

/// The sites in the order of their bins, and where each bin starts.
fn counting_sort(placed: &[(usize, Sorted)], bin_count: usize) -> (Vec<Sorted>, Vec<u32>) {
    let mut starts = vec![0_u32; bin_count + 1];
    for (bin, _) in placed {
        if let Some(start) = starts.get_mut(bin + 1) {
            *start += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    let mut next = starts.clone();
    let mut sorted: Vec<Sorted> = placed.iter().map(|(_, site)| *site).collect();
    for (bin, site) in placed {
        if let Some(position) = next.get_mut(*bin) {
            if let Some(slot) = sorted.get_mut(*position as usize) {
                *slot = *site;
            }
            *position += 1;
        }
    }
    (sorted, starts)
}

/// Images between the sites as they were given, from the image between their places in the box.
fn relative_image(image: [i8; 3], wrapped_other: [i8; 3], wrapped_me: [i8; 3]) -> [i8; 3] {
    let [x, y, z] = image;
    let [ox, oy, oz] = wrapped_other;
    let [mx, my, mz] = wrapped_me;
    let along = |image: i8, other: i8, me: i8| image.saturating_sub(other).saturating_add(me);
    [along(x, ox, mx), along(y, oy, my), along(z, oz, mz)]
}
