//! What a drawn loop holds.

/// The positions inside a polygon, by number. Where the loop crosses itself, what is surrounded twice is outside (even–odd
/// rule). Fewer than three corners hold nothing.
#[must_use]
pub fn inside(polygon: &[[f32; 2]], positions: &[[f32; 2]]) -> Vec<usize> {
    if polygon.len() < 3 {
        return Vec::new();
    }
    let low = polygon.iter().fold([f32::MAX; 2], |low, at| [low[0].min(at[0]), low[1].min(at[1])]);
    let high = polygon.iter().fold([f32::MIN; 2], |high, at| [high[0].max(at[0]), high[1].max(at[1])]);
    let is_in_box = |[x, y]: [f32; 2]| x >= low[0] && x <= high[0] && y >= low[1] && y <= high[1];
    let found = positions.iter().enumerate().filter(|(_, at)| is_in_box(**at) && is_inside(polygon, **at));
    found.map(|(index, _)| index).collect()
}

/// Whether a ray to the right crosses the loop an odd number of times.
fn is_inside(polygon: &[[f32; 2]], [x, y]: [f32; 2]) -> bool {
    let next = polygon.iter().cycle().skip(1);
    let crossings = polygon.iter().zip(next).filter(|(a, b)| {
        // An edge owns its lower end, so that a corner is crossed once.
        (a[1] > y) != (b[1] > y) && {
            let along = (f64::from(y) - f64::from(a[1])) / (f64::from(b[1]) - f64::from(a[1]));
            f64::from(x) < f64::from(a[0]) + along * (f64::from(b[0]) - f64::from(a[0]))
        }
    });
    crossings.count() % 2 == 1
}
