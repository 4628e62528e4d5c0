//! The best one-to-one assignment between two sets of equal size.

/// The partner of each row so that the sum of the costs is the least: the Hungarian method with potentials, O(n³).
/// `costs` holds n rows of n entries; `None` where it does not, or a cost is not finite.
pub(super) fn assign(costs: &[f64], n: usize) -> Option<Vec<usize>> {
    if costs.len() != n * n || !costs.iter().all(|cost| cost.is_finite()) {
        return None;
    }
    // Column 0 and row 0 are stand-ins; `partner[column]` is the row that holds a column.
    let mut row_potential = vec![0.0; n + 1];
    let mut column_potential = vec![0.0; n + 1];
    let mut partner = vec![0_usize; n + 1];
    for row in 1..=n {
        *partner.first_mut()? = row;
        let mut column = 0;
        let mut least = vec![f64::INFINITY; n + 1];
        let mut came_from = vec![0_usize; n + 1];
        let mut used = vec![false; n + 1];
        // Grows a tree of alternating edges until it reaches a free column.
        loop {
            *used.get_mut(column)? = true;
            let holder = *partner.get(column)?;
            let (mut step, mut next) = (f64::INFINITY, 0);
            for other in (1..=n).filter(|other| used.get(*other) == Some(&false)) {
                let cost = *costs.get((holder - 1) * n + other - 1)?;
                let reduced = cost - row_potential.get(holder)? - column_potential.get(other)?;
                let best = least.get_mut(other)?;
                if reduced < *best {
                    *best = reduced;
                    *came_from.get_mut(other)? = column;
                }
                if *best < step {
                    (step, next) = (*best, other);
                }
            }
            for other in 0..=n {
                if *used.get(other)? {
                    *row_potential.get_mut(*partner.get(other)?)? += step;
                    *column_potential.get_mut(other)? -= step;
                } else {
                    *least.get_mut(other)? -= step;
                }
            }
            column = next;
            if *partner.get(column)? == 0 {
                break;
            }
        }
        while column != 0 {
            let before = *came_from.get(column)?;
            *partner.get_mut(column)? = *partner.get(before)?;
            column = before;
        }
    }
    let mut result = vec![0; n];
    for (column, row) in partner.iter().enumerate().skip(1) {
        *result.get_mut(row - 1)? = column - 1;
    }
    Some(result)
}
