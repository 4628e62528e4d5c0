//! What a graph shows, computed on a thread of its own: the newest question is answered, older ones are dropped.

use std::sync::Arc;

use crate::{
    crystal::{
        analysis::{
            comparison::{self, Options},
            coordination::{
                Coordination,
                statistics::{BondLengths, bond_lengths},
            },
            diffraction::{
                Displacements, Measurement, Merge, Pattern, Probe, Reflections,
                measured::{self, ComparisonSettings},
                profile_at,
            },
            pairs::{PairDistances, PairDistribution},
        },
        figures::{
            CoordinationSettings, FigureFailure, RdfSettings, XrdSettings, pattern_curve, profile_settings,
        },
        structure::Structure,
    },
    jobs::{Jobs, LatestWorker},
};

/// What is asked.
#[derive(Clone, Debug)]
pub(super) enum Task {
    Diffraction(XrdSettings, Option<Arc<Measurement>>),
    Pairs(RdfSettings),
    Coordination(CoordinationSettings),
    /// With another structure, which comes second.
    Compare(Arc<Structure>, XrdSettings, RdfSettings, CoordinationSettings),
}

/// A question about a structure. Structures are told apart by where they are: nobody changes one in place.
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub structure: Arc<Structure>,
    pub task: Task,
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        let same = match (&self.task, &other.task) {
            (Task::Diffraction(a, with), Task::Diffraction(b, other_with)) => {
                let same_measurement = match (with, other_with) {
                    (Some(a), Some(b)) => Arc::ptr_eq(a, b),
                    (None, None) => true,
                    _ => false,
                };
                a == b && same_measurement
            }
            (Task::Pairs(a), Task::Pairs(b)) => a == b,
            (Task::Coordination(a), Task::Coordination(b)) => a == b,
            (Task::Compare(a, a1, a2, a3), Task::Compare(b, b1, b2, b3)) => {
                Arc::ptr_eq(a, b) && a1 == b1 && a2 == b2 && a3 == b3
            }
            _ => false,
        };
        same && Arc::ptr_eq(&self.structure, &other.structure)
    }
}

/// A pattern with its curve, and a measurement over it.
#[derive(Debug)]
pub(super) struct DiffractionGraph {
    pub settings: XrdSettings,
    pub pattern: Pattern,
    /// 2θ in degrees and intensity.
    pub curve: Vec<(f64, f64)>,
    pub fit: Option<Fit>,
}

/// A measurement and how the pattern lies over it.
#[derive(Debug)]
pub(super) struct Fit {
    pub measurement: Arc<Measurement>,
    pub comparison: Result<measured::Comparison, String>,
}

/// A pair distribution.
#[derive(Debug)]
pub(super) struct PairGraph {
    pub settings: RdfSettings,
    pub distribution: PairDistribution,
}

/// Coordination of every site.
#[derive(Debug)]
pub(super) struct CoordinationGraph {
    pub structure: Arc<Structure>,
    pub coordination: Coordination,
    /// By pair of elements, alphabetical; or why they are not listed.
    pub lengths: Result<Vec<(String, BondLengths)>, String>,
}

/// Two structures.
#[derive(Debug)]
pub(super) struct CompareGraph {
    pub comparison: comparison::Comparison,
    /// 2θ and both intensities.
    pub curves: Result<Vec<(f64, f64, f64)>, String>,
}

/// What was found out.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Diffraction(Arc<DiffractionGraph>),
    Pairs(Arc<PairGraph>),
    Coordination(Arc<CoordinationGraph>),
    Compare(Arc<CompareGraph>),
}

/// An answer with its question; in place of an answer a sentence.
pub(super) type Answered = (Query, Result<Answer, String>);

/// Points of the curves of two patterns side by side.
const COMPARED_POINTS: u32 = 4000;

pub(super) fn worker(jobs: &Jobs) -> Option<LatestWorker<Query, Answered>> {
    let mut known = Known::default();
    let answer = move |query: Query, _: &crate::jobs::Newer<'_>| {
        let answer = known.answer(&query).map_err(|error| sentence(&error));
        Some((query, answer))
    };
    LatestWorker::new(jobs, "graphs", answer)
        .inspect_err(|error| log::warn!("no graphs can be computed: {error}"))
        .ok()
}

/// An error as the beginning of a line.
pub(in crate::crystal::ui) fn sentence(error: &impl ToString) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

type Scatterers = (Probe, Merge, bool);

/// What another wavelength or another width of bins does not change.
#[derive(Default)]
struct Known {
    reflections: Option<(Arc<Structure>, Scatterers, Reflections)>,
    distances: Option<(Arc<Structure>, PairDistances)>,
}

impl Known {
    fn answer(&mut self, query: &Query) -> Result<Answer, FigureFailure> {
        let structure = &query.structure;
        match &query.task {
            Task::Diffraction(settings, measurement) => {
                let pattern = self.pattern(structure, settings)?;
                let curve = pattern_curve(&pattern, settings)?;
                let fit = measurement.as_ref().map(|measurement| fit(&pattern, settings, measurement));
                let graph = DiffractionGraph { settings: settings.clone(), pattern, curve, fit };
                Ok(Answer::Diffraction(Arc::new(graph)))
            }
            Task::Pairs(settings) => {
                let distribution = self.distribution(structure, settings)?;
                Ok(Answer::Pairs(Arc::new(PairGraph { settings: *settings, distribution })))
            }
            Task::Coordination(settings) => {
                let coordination = Coordination::new(structure, settings.method)?;
                let lengths = bond_lengths(&coordination);
                let lengths = lengths.map(|by_pair| by_pair.into_iter().collect());
                Ok(Answer::Coordination(Arc::new(CoordinationGraph {
                    structure: Arc::clone(structure),
                    lengths: lengths.map_err(|error| sentence(&error)),
                    coordination,
                })))
            }
            Task::Compare(second, xrd, rdf, coordination) => {
                let options = Options {
                    method: coordination.method,
                    binning: rdf.binning(),
                    probe: xrd.probe,
                    pattern: xrd.pattern(),
                    profile: profile_settings(xrd),
                };
                let comparison = comparison::compare(structure, second, options)
                    .map_err(|error| FigureFailure::new(crate::figure::Stage::Analysis, error))?;
                let curves = curves(structure, second, xrd).map_err(|error| sentence(&error));
                Ok(Answer::Compare(Arc::new(CompareGraph { comparison, curves })))
            }
        }
    }

    fn pattern(
        &mut self,
        structure: &Arc<Structure>,
        settings: &XrdSettings,
    ) -> Result<Pattern, FigureFailure> {
        let wanted = settings.pattern();
        let g_max = wanted.g_max_per_angstrom()?;
        let scatterers = (settings.probe, settings.merge, settings.use_displacements);
        let usable = self.reflections.as_ref().is_some_and(|(of, with, reflections)| {
            Arc::ptr_eq(of, structure) && *with == scatterers && reflections.covers(g_max)
        });
        if !usable {
            self.reflections = None;
            let found = reflections(structure, settings, g_max)?;
            self.reflections = Some((Arc::clone(structure), scatterers, found));
        }
        match &self.reflections {
            Some((_, _, reflections)) => Ok(Pattern::new(reflections, &wanted)?),
            None => Err(FigureFailure::new(crate::figure::Stage::Analysis, "there are no reflections")),
        }
    }

    fn distribution(
        &mut self,
        structure: &Arc<Structure>,
        settings: &RdfSettings,
    ) -> Result<PairDistribution, FigureFailure> {
        let binning = settings.binning();
        let reach = binning.reach_angstrom();
        let usable = self
            .distances
            .as_ref()
            .is_some_and(|(of, distances)| Arc::ptr_eq(of, structure) && distances.covers(reach));
        if !usable {
            self.distances = None;
            self.distances = Some((Arc::clone(structure), PairDistances::new(structure, reach)?));
        }
        match &self.distances {
            Some((_, distances)) => Ok(PairDistribution::new(distances, binning)?),
            None => Err(FigureFailure::new(crate::figure::Stage::Analysis, "there are no distances")),
        }
    }
}

fn reflections(
    structure: &Structure,
    settings: &XrdSettings,
    g_max: f64,
) -> Result<Reflections, FigureFailure> {
    let displacements =
        if settings.use_displacements { Displacements::FromStructure } else { Displacements::Ignored };
    let found = match settings.merge {
        Merge::Parity => Reflections::new(structure, settings.probe, &displacements, g_max),
        Merge::Symmetrized => Reflections::symmetrized(structure, settings.probe, &displacements, g_max),
    };
    Ok(found?)
}

fn fit(pattern: &Pattern, settings: &XrdSettings, measurement: &Arc<Measurement>) -> Fit {
    let how = ComparisonSettings { profile: profile_settings(settings), ..ComparisonSettings::default() };
    let comparison = measured::compare(pattern, measurement, &how).map_err(|error| sentence(&error));
    Fit { measurement: Arc::clone(measurement), comparison }
}

/// Both patterns on the same angles, each with 100 at its highest point.
fn curves(
    first: &Structure,
    second: &Structure,
    settings: &XrdSettings,
) -> Result<Vec<(f64, f64, f64)>, FigureFailure> {
    let wanted = settings.pattern();
    let g_max = wanted.g_max_per_angstrom()?;
    let (from, to) = settings.two_theta_deg;
    let angles: Vec<f64> = (0..=COMPARED_POINTS)
        .map(|point| from + (to - from) * f64::from(point) / f64::from(COMPARED_POINTS))
        .collect();
    let shape = profile_settings(settings);
    let curve = |structure: &Structure| -> Result<Vec<f64>, FigureFailure> {
        let pattern = Pattern::new(&reflections(structure, settings, g_max)?, &wanted)?;
        Ok(profile_at(&pattern, &shape, &angles)?)
    };
    let (one, other) = (curve(first)?, curve(second)?);
    Ok(angles.iter().zip(one).zip(other).map(|((angle, a), b)| (*angle, a, b)).collect())
}
