//! What the measures of the "texture" space usually are: mean and spread over forty photographs of many subjects
//! (animals, rooms, streets, things), each seen at 256 pixels. Any other set of photographs would serve as well.

use super::texture::FEATURES;

/// Mean of each measure.
pub(super) const MEAN: [f32; FEATURES] = [
    // Size 1: strength (decimal logarithm), evenness, spread, coherence
    -2.871, 0.561, 0.680, 0.200, // Size 2
    -2.765, 0.594, 0.706, 0.211, // Size 3
    -2.594, 0.632, 0.719, 0.230, // Size 4
    -2.433, 0.677, 0.707, 0.269, // Size 5
    -2.318, 0.720, 0.732, 0.339, // Patterns of size 2
    0.543, 0.335, 0.285, 0.358, 0.317, 0.191, 0.143, 0.171, 0.111, 0.378, // Patterns of size 3
    0.485, 0.330, 0.293, 0.370, 0.338, 0.213, 0.158, 0.191, 0.123, 0.395, // Patterns of size 4
    0.438, 0.321, 0.302, 0.369, 0.340, 0.235, 0.181, 0.216, 0.135, 0.413,
];

/// Standard deviation of each measure.
pub(super) const DEVIATION: [f32; FEATURES] = [
    // Size 1: strength (decimal logarithm), evenness, spread, coherence
    0.365, 0.094, 0.233, 0.143, // Size 2
    0.326, 0.091, 0.279, 0.153, // Size 3
    0.272, 0.080, 0.289, 0.153, // Size 4
    0.244, 0.072, 0.266, 0.181, // Size 5
    0.240, 0.069, 0.166, 0.220, // Patterns of size 2
    0.131, 0.030, 0.039, 0.070, 0.055, 0.052, 0.041, 0.049, 0.042, 0.078, // Patterns of size 3
    0.126, 0.039, 0.040, 0.072, 0.063, 0.047, 0.042, 0.048, 0.044, 0.071, // Patterns of size 4
    0.111, 0.039, 0.044, 0.071, 0.062, 0.054, 0.036, 0.045, 0.046, 0.076,
];
