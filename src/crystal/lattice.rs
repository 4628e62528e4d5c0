//! The lattice: three vectors, and the maps between fractional and Cartesian space.
//!
//! Columns of `cart_from_frac` are the cell vectors a, b, c in Å. Built from cell parameters, a lies along x and b in the
//! xy plane (the convention of the CIF dictionary and of most programs of the field).

use glam::{DMat3, DVec3};

use super::error::LatticeError;

/// Lengths in Å and angles in degrees of a unit cell.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct CellParameters {
    /// Length of a in Å.
    pub a: f64,
    /// Length of b in Å.
    pub b: f64,
    /// Length of c in Å.
    pub c: f64,
    /// Angle between b and c in degrees.
    pub alpha: f64,
    /// Angle between a and c in degrees.
    pub beta: f64,
    /// Angle between a and b in degrees.
    pub gamma: f64,
}

/// Three independent vectors that span space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lattice {
    cart_from_frac: DMat3,
    frac_from_cart: DMat3,
}

/// A volume per product of lengths below this is a flat cell: no structure of the field comes near it.
const FLATNESS_LIMIT: f64 = 1e-6;

impl Lattice {
    /// The unit lattice of 1 Å. Structures without periodicity carry it, so that their fractional and Cartesian
    /// coordinates are the same numbers.
    pub const UNIT: Self = Self { cart_from_frac: DMat3::IDENTITY, frac_from_cart: DMat3::IDENTITY };

    /// From cell vectors a, b, c in Å.
    ///
    /// # Errors
    /// When a component is not finite, a vector has no length, or the three do not span space.
    pub fn from_vectors(vectors: [DVec3; 3]) -> Result<Self, LatticeError> {
        let [a, b, c] = vectors;
        if !vectors.iter().all(|v| v.is_finite()) {
            return Err(LatticeError::NotFinite);
        }
        let product = a.length() * b.length() * c.length();
        let volume = a.cross(b).dot(c).abs();
        // Written so that an overflow to infinity or NaN fails too.
        let spans_space = product.is_finite() && volume > FLATNESS_LIMIT * product && volume > 1e-9;
        if !spans_space {
            return Err(LatticeError::NoVolume { volume_angstrom3: volume });
        }
        let cart_from_frac = DMat3::from_cols(a, b, c);
        let frac_from_cart = cart_from_frac.inverse();
        if !frac_from_cart.is_finite() {
            return Err(LatticeError::NoVolume { volume_angstrom3: volume });
        }
        Ok(Self { cart_from_frac, frac_from_cart })
    }

    /// From lengths in Å and angles in degrees.
    ///
    /// # Errors
    /// When a length is not positive, an angle is outside 0°–180°, or the angles cannot close a cell.
    pub fn from_parameters(cell: CellParameters) -> Result<Self, LatticeError> {
        let CellParameters { a, b, c, alpha, beta, gamma } = cell;
        if ![a, b, c, alpha, beta, gamma].iter().all(|v| v.is_finite()) {
            return Err(LatticeError::NotFinite);
        }
        if let Some(length) = [a, b, c].into_iter().find(|v| *v <= 0.0) {
            return Err(LatticeError::Length { length_angstrom: length });
        }
        if let Some(angle) = [alpha, beta, gamma].into_iter().find(|v| *v <= 0.0 || *v >= 180.0) {
            return Err(LatticeError::Angle { angle_deg: angle });
        }
        let (cos_alpha, cos_beta, cos_gamma) = (cos_deg(alpha), cos_deg(beta), cos_deg(gamma));
        let sin_gamma = gamma.to_radians().sin();
        let c_y = (cos_alpha - cos_beta * cos_gamma) / sin_gamma;
        let c_z_squared = 1.0 - cos_beta * cos_beta - c_y * c_y;
        if c_z_squared <= 0.0 {
            return Err(LatticeError::NoVolume { volume_angstrom3: 0.0 });
        }
        Self::from_vectors([
            DVec3::new(a, 0.0, 0.0),
            DVec3::new(b * cos_gamma, b * sin_gamma, 0.0),
            DVec3::new(c * cos_beta, c * c_y, c * c_z_squared.sqrt()),
        ])
    }

    /// The cell vectors a, b, c in Å.
    #[must_use]
    pub fn vectors(&self) -> [DVec3; 3] {
        [self.cart_from_frac.x_axis, self.cart_from_frac.y_axis, self.cart_from_frac.z_axis]
    }

    /// The reciprocal vectors a*, b*, c* in 1/Å, without the factor 2π.
    #[must_use]
    pub fn reciprocal_vectors(&self) -> [DVec3; 3] {
        let rows = self.frac_from_cart.transpose();
        [rows.x_axis, rows.y_axis, rows.z_axis]
    }

    /// Distances in Å between neighbouring (100), (010) and (001) planes.
    #[must_use]
    pub fn plane_spacings_angstrom(&self) -> [f64; 3] {
        self.reciprocal_vectors().map(|v| 1.0 / v.length())
    }

    /// The matrix whose columns are a, b, c in Å.
    #[must_use]
    pub fn cart_from_frac_matrix(&self) -> DMat3 {
        self.cart_from_frac
    }

    /// The inverse of [`Self::cart_from_frac_matrix`].
    #[must_use]
    pub fn frac_from_cart_matrix(&self) -> DMat3 {
        self.frac_from_cart
    }

    /// Cartesian position in Å of fractional coordinates.
    #[must_use]
    pub fn cart_from_frac(&self, frac: DVec3) -> DVec3 {
        self.cart_from_frac * frac
    }

    /// Fractional coordinates of a Cartesian position in Å.
    #[must_use]
    pub fn frac_from_cart(&self, cart_angstrom: DVec3) -> DVec3 {
        self.frac_from_cart * cart_angstrom
    }

    /// Volume of the cell in Å³.
    #[must_use]
    pub fn volume_angstrom3(&self) -> f64 {
        self.cart_from_frac.determinant().abs()
    }

    /// Lengths in Å and angles in degrees.
    #[must_use]
    pub fn parameters(&self) -> CellParameters {
        let [a, b, c] = self.vectors();
        CellParameters {
            a: a.length(),
            b: b.length(),
            c: c.length(),
            alpha: angle_deg(b, c),
            beta: angle_deg(a, c),
            gamma: angle_deg(a, b),
        }
    }
}

/// Exact for the right angle and the hexagonal ones, so that such cells carry no 1e-16 leftovers.
fn cos_deg(angle: f64) -> f64 {
    match angle {
        90.0 => 0.0,
        60.0 => 0.5,
        120.0 => -0.5,
        _ => angle.to_radians().cos(),
    }
}

/// By the arc tangent of cross and dot product: the arc cosine loses digits near 0° and 180°.
fn angle_deg(u: DVec3, v: DVec3) -> f64 {
    u.cross(v).length().atan2(u.dot(v)).to_degrees()
}
