//! The shape of the lines: a pattern as a diffractometer records it.
//!
//! Each line is a pseudo-Voigt curve of unit area, ηL + (1 − η)G with one full width H for both parts, times its
//! intensity. The instrument gives H after Caglioti (H² = U tan²θ + V tan θ + W, in degrees²) and η. Small crystals
//! widen the Lorentzian part by Scherrer's K λ/(L cos θ), an angle in radians that is turned into degrees of 2θ. Widths
//! are joined as those of Voigt curves: the instrument's H and η are split into a Gaussian and a Lorentzian width
//! (Young and Desai, Arch. Nauki Mater. 10 (1989) 71), the Lorentzian ones add, and both give the new H and η after
//! Thompson, Cox and Hastings (J. Appl. Cryst. 20 (1987) 79).
//!
//! A tail ends where it falls below a millionth of the highest line: what is cut off stays below that for each line.

use std::f64::consts::{LN_2, PI};

use super::{
    error::DiffractionError,
    pattern::{Pattern, Peak},
    radiation::Radiation,
};

/// Where tails end, relative to the highest line.
const TAIL: f64 = 1e-6;
/// Points of a grid.
const MAX_POINTS: f64 = 2e6;

/// Size of the crystals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrystalSize {
    /// Mean thickness in Å along the diffraction vector.
    pub size_angstrom: f64,
    /// Shape factor K, 0.9 for about round crystals.
    pub shape_factor: f64,
}

impl CrystalSize {
    /// From nm, with K = 0.9.
    #[must_use]
    pub fn from_nm(size_nm: f64) -> Self {
        Self { size_angstrom: 10.0 * size_nm, shape_factor: 0.9 }
    }

    /// Width in degrees of 2θ that the size alone gives.
    #[must_use]
    pub fn width_deg(&self, two_theta_deg: f64, wavelength_angstrom: f64) -> f64 {
        let cosine = (0.5 * two_theta_deg).to_radians().cos();
        (self.shape_factor * wavelength_angstrom / (self.size_angstrom * cosine)).to_degrees()
    }
}

/// The shape of the lines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProfileSettings {
    /// Share of the Lorentzian part of the instrument's lines, 0–1.
    pub eta: f64,
    /// Caglioti's U in degrees².
    pub u_deg2: f64,
    /// Caglioti's V in degrees².
    pub v_deg2: f64,
    /// Caglioti's W in degrees².
    pub w_deg2: f64,
    /// Size of the crystals; `None` for crystals too large to widen the lines.
    pub crystal_size: Option<CrystalSize>,
    /// Whether the mean Kα of a pattern is drawn as its two lines, 2:1.
    pub doublet: bool,
    /// Added to every 2θ, in degrees.
    pub zero_shift_deg: f64,
    /// Whether the highest point is set to 100; otherwise the area of each line is its intensity.
    pub scaled: bool,
}

impl Default for ProfileSettings {
    /// Lines of 0.1° in half Lorentzian, half Gaussian shape: a usual laboratory instrument.
    fn default() -> Self {
        Self {
            eta: 0.5,
            u_deg2: 0.0,
            v_deg2: 0.0,
            w_deg2: 0.01,
            crystal_size: None,
            doublet: false,
            zero_shift_deg: 0.0,
            scaled: true,
        }
    }
}

impl ProfileSettings {
    /// Full width at half maximum in degrees, and η, of a line.
    ///
    /// # Errors
    /// Where Caglioti's formula gives no width.
    pub fn shape(
        &self,
        two_theta_deg: f64,
        wavelength_angstrom: f64,
    ) -> Result<(f64, f64), DiffractionError> {
        let tangent = (0.5 * two_theta_deg).to_radians().tan();
        let squared = self.u_deg2 * tangent * tangent + self.v_deg2 * tangent + self.w_deg2;
        let size = self.crystal_size.map_or(0.0, |size| size.width_deg(two_theta_deg, wavelength_angstrom));
        // Crystals alone may give the width: an ideal instrument.
        if !(squared > 0.0 || (squared == 0.0 && size > 0.0)) {
            return Err(DiffractionError::Profile("U, V and W give a line no width at some angle"));
        }
        let instrument = squared.sqrt();
        if size == 0.0 {
            return Ok((instrument, self.eta));
        }
        let eta = self.eta;
        let lorentz = instrument * (0.729_28 * eta + 0.192_89 * eta * eta + 0.077_83 * eta.powi(3)) + size;
        let gauss_share = 1.0 - 0.744_17 * eta - 0.247_81 * eta * eta - 0.008_10 * eta.powi(3);
        Ok(joined(instrument * gauss_share.max(0.0).sqrt(), lorentz))
    }

    fn check(&self) -> Result<(), DiffractionError> {
        let numbers = [self.u_deg2, self.v_deg2, self.w_deg2, self.zero_shift_deg];
        if !numbers.iter().all(|number| number.is_finite()) {
            return Err(DiffractionError::Profile("U, V, W or the zero shift is not a finite number"));
        }
        if !(0.0..=1.0).contains(&self.eta) {
            return Err(DiffractionError::Profile("the Lorentzian share has to be between 0 and 1"));
        }
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if self
            .crystal_size
            .is_some_and(|size| !(positive(size.size_angstrom) && positive(size.shape_factor)))
        {
            return Err(DiffractionError::Profile(
                "the crystal size and its shape factor have to be positive",
            ));
        }
        Ok(())
    }
}

/// Width and Lorentzian share of the curve that a Gaussian and a Lorentzian of these widths fold to.
fn joined(gauss: f64, lorentz: f64) -> (f64, f64) {
    let (g, l) = (gauss, lorentz);
    let fifth = g.powi(5)
        + 2.692_69 * g.powi(4) * l
        + 2.428_43 * g.powi(3) * l * l
        + 4.471_63 * g * g * l.powi(3)
        + 0.078_42 * g * l.powi(4)
        + l.powi(5);
    let width = fifth.powf(0.2);
    let q = l / width;
    (width, (1.366_03 * q - 0.477_19 * q * q + 0.111_16 * q.powi(3)).clamp(0.0, 1.0))
}

/// Equally spaced angles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// First 2θ in degrees.
    pub start_deg: f64,
    /// The last 2θ is not beyond this, in degrees.
    pub end_deg: f64,
    /// In degrees.
    pub step_deg: f64,
}

impl Grid {
    /// Every angle.
    ///
    /// # Errors
    /// When the grid is empty, endless, or has more than two million points.
    pub fn angles_deg(&self) -> Result<Vec<f64>, DiffractionError> {
        let Self { start_deg, end_deg, step_deg } = *self;
        // A step that fits but for rounding counts.
        let steps = ((end_deg - start_deg) / step_deg + 1e-9).floor();
        if !(step_deg > 0.0 && start_deg.is_finite() && (0.0..MAX_POINTS).contains(&steps)) {
            return Err(DiffractionError::Grid { start_deg, end_deg, step_deg });
        }
        Ok((0..=steps as usize).map(|i| start_deg + i as f64 * step_deg).collect())
    }
}

/// Intensities over 2θ.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Angles in degrees, rising.
    pub two_theta_deg: Vec<f64>,
    /// One per angle.
    pub intensity: Vec<f64>,
}

/// The pattern as a curve on a grid.
///
/// # Errors
/// When the grid is empty or a setting is outside its range.
pub fn profile(
    pattern: &Pattern,
    settings: &ProfileSettings,
    grid: &Grid,
) -> Result<Profile, DiffractionError> {
    let two_theta_deg = grid.angles_deg()?;
    let intensity = profile_at(pattern, settings, &two_theta_deg)?;
    Ok(Profile { two_theta_deg, intensity })
}

/// The pattern as a curve at given angles, which rise.
///
/// # Errors
/// When a setting is outside its range.
pub fn profile_at(
    pattern: &Pattern,
    settings: &ProfileSettings,
    two_theta_deg: &[f64],
) -> Result<Vec<f64>, DiffractionError> {
    settings.check()?;
    let lines = lines(pattern, settings)?;
    let highest = lines.iter().map(Line::height).fold(0.0, f64::max);
    let mut sums = vec![0.0; two_theta_deg.len()];
    for line in &lines {
        line.add(two_theta_deg, TAIL * highest, &mut sums);
    }
    if settings.scaled {
        let top = sums.iter().copied().fold(0.0, f64::max);
        if top > 0.0 {
            for sum in &mut sums {
                *sum *= 100.0 / top;
            }
        }
    }
    Ok(sums)
}

/// One curve.
struct Line {
    centre_deg: f64,
    area: f64,
    width_deg: f64,
    eta: f64,
}

fn lines(pattern: &Pattern, settings: &ProfileSettings) -> Result<Vec<Line>, DiffractionError> {
    let doublet = settings.doublet.then(|| pattern.radiation.doublet()).flatten();
    let parts: Vec<(Radiation, f64)> = match doublet {
        Some([first, second]) => vec![(first, 2.0 / 3.0), (second, 1.0 / 3.0)],
        None => vec![(pattern.radiation, 1.0)],
    };
    let mut lines = Vec::with_capacity(parts.len() * pattern.peaks.len());
    for peak in &pattern.peaks {
        for (radiation, share) in &parts {
            let wavelength = radiation.wavelength_angstrom();
            let Some(angle_deg) = angle(peak, wavelength, parts.len() > 1) else { continue };
            let (width_deg, eta) = settings.shape(angle_deg, wavelength)?;
            let centre_deg = angle_deg + settings.zero_shift_deg;
            lines.push(Line { centre_deg, area: share * peak.intensity, width_deg, eta });
        }
    }
    Ok(lines)
}

/// Where a peak lies; nowhere when the second line of a doublet is past back-reflection.
fn angle(peak: &Peak, wavelength_angstrom: f64, is_split: bool) -> Option<f64> {
    if !is_split {
        return Some(peak.two_theta_deg);
    }
    let sine = 0.5 * wavelength_angstrom / peak.d_angstrom;
    (sine < 1.0).then(|| 2.0 * sine.asin().to_degrees())
}

impl Line {
    /// Heights of the Lorentzian and the Gaussian part.
    fn heights(&self) -> (f64, f64) {
        let lorentz = self.eta * self.area * 2.0 / (PI * self.width_deg);
        let gauss = (1.0 - self.eta) * self.area * 2.0 * (LN_2 / PI).sqrt() / self.width_deg;
        (lorentz, gauss)
    }

    fn height(&self) -> f64 {
        let (lorentz, gauss) = self.heights();
        lorentz + gauss
    }

    /// Adds the curve at rising angles, each part as far as it is above `least`.
    fn add(&self, angles: &[f64], least: f64, sums: &mut [f64]) {
        let (lorentz, gauss) = self.heights();
        let inverse = 2.0 / self.width_deg;
        if lorentz > least {
            let reach = (lorentz / least - 1.0).sqrt() / inverse;
            for (angle, sum) in self.within(reach, angles, sums) {
                let x = (angle - self.centre_deg) * inverse;
                *sum += lorentz / (1.0 + x * x);
            }
        }
        if gauss > least {
            let reach = ((gauss / least).ln() / LN_2).sqrt() / inverse;
            for (angle, sum) in self.within(reach, angles, sums) {
                let x = (angle - self.centre_deg) * inverse;
                *sum += gauss * (-LN_2 * x * x).exp();
            }
        }
    }

    fn within<'a>(
        &self,
        reach_deg: f64,
        angles: &'a [f64],
        sums: &'a mut [f64],
    ) -> impl Iterator<Item = (&'a f64, &'a mut f64)> {
        let from = angles.partition_point(|angle| *angle < self.centre_deg - reach_deg);
        let to = angles.partition_point(|angle| *angle <= self.centre_deg + reach_deg).max(from);
        let angles = angles.get(from..to).unwrap_or_default();
        angles.iter().zip(sums.get_mut(from..to).unwrap_or_default())
    }
}
