//! What can go wrong with a diffraction pattern.

use crate::crystal::element::Element;

use super::radiation::Probe;

/// Why there is no pattern, profile or comparison.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DiffractionError {
    /// Molecules have no lattice.
    #[error("the structure is not periodic, so it has no diffraction pattern of Bragg peaks")]
    NotPeriodic,
    /// No sites at all.
    #[error("the structure has no sites")]
    Empty,
    /// A coordinate, occupancy or displacement is not a usable number.
    #[error("site {site} has {what} that is not a usable number")]
    Site {
        /// Which site, counted from 1.
        site: usize,
        /// A coordinate, an occupancy, a displacement.
        what: &'static str,
    },
    /// The tables have no entry for the element.
    #[error("no scattering of {probe} is tabulated for {element}")]
    NoScattering {
        /// Which element.
        element: Element,
        /// Of which probe.
        probe: Probe,
    },
    /// See [`super::symmetry::IdealCell::find`].
    #[error("no symmetry was found: {0}")]
    NoSymmetry(String),
    /// A displacement was given that no atom can have.
    #[error("the displacement {value} of {element} is not a finite number of at least 0")]
    Displacement {
        /// Of which element.
        element: Element,
        /// What was given.
        value: f64,
    },
    /// See [`super::radiation::Radiation::new`].
    #[error("a wavelength of {wavelength_angstrom} Å is outside 0.01 to 100 Å")]
    Wavelength {
        /// What was asked for.
        wavelength_angstrom: f64,
    },
    /// Neither a name nor a number.
    #[error("{text:?} is neither a wavelength in Å nor a radiation such as CuKa, MoKa1 or CoKb")]
    UnknownRadiation {
        /// What was asked for.
        text: String,
    },
    /// Not within 0° to 180°, or empty.
    #[error("a 2θ range from {lower_deg}° to {upper_deg}° is empty or outside 0° to 180°")]
    Range {
        /// Lower end.
        lower_deg: f64,
        /// Upper end.
        upper_deg: f64,
    },
    /// The radius in reciprocal space is not positive, or beyond what indices can hold.
    #[error("a limit of {g_max_per_angstrom} 1/Å in reciprocal space cannot be used with this cell")]
    Reach {
        /// What was asked for.
        g_max_per_angstrom: f64,
    },
    /// More work than [`super::reflections::MAX_WORK`] or more points than [`super::reflections::MAX_POINTS`].
    #[error(
        "about {reflections:.0} reflections of {sites} sites are too many to compute; \
         a smaller angle or a longer wavelength needs fewer"
    )]
    TooLarge {
        /// Estimated number of reflections.
        reflections: f64,
        /// Sites of the structure.
        sites: usize,
    },
    /// The reflections end before the range does.
    #[error("the reflections reach {available_per_angstrom} 1/Å; the range needs {needed_per_angstrom} 1/Å")]
    NotCovered {
        /// What the range needs.
        needed_per_angstrom: f64,
        /// What was computed.
        available_per_angstrom: f64,
    },
    /// Stored reflections that are cut off, damaged or of another version.
    #[error("the stored reflections cannot be read: {0}")]
    Stored(&'static str),
    /// A setting of the profile is outside its range.
    #[error("the profile cannot be drawn: {0}")]
    Profile(&'static str),
    /// A grid without points, or with too many.
    #[error("a grid from {start_deg}° to {end_deg}° in steps of {step_deg}° is empty or has too many points")]
    Grid {
        /// First angle.
        start_deg: f64,
        /// Last angle.
        end_deg: f64,
        /// Between two points.
        step_deg: f64,
    },
    /// A line of a measurement.
    #[error("line {line}: {reason}")]
    MeasurementLine {
        /// Counted from 1.
        line: usize,
        /// In words.
        reason: String,
    },
    /// A measurement as a whole.
    #[error("the measurement cannot be used: {0}")]
    Measurement(&'static str),
}
