//! [`PairDistances`] as bytes, for a store that outlives the program.
//!
//! Little-endian: the mark `VPD1`, cutoff and volume, the elements (number, amount), and per pair the number of
//! distances followed by (distance, weight). The pairs themselves are not written; they follow from the elements.

use super::{
    super::super::element::Element,
    PairError,
    distances::{MAX_NEIGHBOURS, PairDistances, SAME_ANGSTROM, Shells},
};

/// Changes with the layout and with the meaning of the numbers.
const MARK: &[u8; 4] = b"VPD1";

/// Bytes of a distance and its weight.
const ENTRY: usize = 16;

impl PairDistances {
    /// The distances as bytes; [`Self::from_bytes`] gives back an equal value.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64 + ENTRY * self.distance_count());
        bytes.extend_from_slice(MARK);
        bytes.extend_from_slice(&self.cutoff_angstrom.to_le_bytes());
        bytes.extend_from_slice(&self.volume_angstrom3.to_le_bytes());
        // At most 118 elements exist.
        bytes.push(self.elements.len() as u8);
        for (element, amount) in &self.elements {
            bytes.push(element.number());
            bytes.extend_from_slice(&amount.to_le_bytes());
        }
        for pair in &self.pairs {
            bytes.extend_from_slice(&(pair.entries.len() as u64).to_le_bytes());
            for (distance, weight) in &pair.entries {
                bytes.extend_from_slice(&distance.to_le_bytes());
                bytes.extend_from_slice(&weight.to_le_bytes());
            }
        }
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are of another version, cut off, too long, or hold numbers that no crystal gives.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PairError> {
        read(bytes).map_err(|reason| PairError::Bytes { reason })
    }
}

fn read(bytes: &[u8]) -> Result<PairDistances, &'static str> {
    let mut rest = bytes.strip_prefix(MARK).ok_or("they were written by another version")?;
    let cutoff_angstrom = positive(&mut rest)?;
    let volume_angstrom3 = positive(&mut rest)?;
    let elements = elements(&mut rest)?;
    let mut pairs = Vec::new();
    for first in 0..elements.len() {
        for second in first..elements.len() {
            pairs.push(Shells { first, second, entries: shells(&mut rest, cutoff_angstrom)? });
        }
    }
    if rest.is_empty() {
        Ok(PairDistances { cutoff_angstrom, volume_angstrom3, elements, pairs })
    } else {
        Err("there is more than one set of them")
    }
}

fn elements(rest: &mut &[u8]) -> Result<Vec<(Element, f64)>, &'static str> {
    let [count] = take(rest)?;
    let mut elements: Vec<(Element, f64)> = Vec::new();
    for _ in 0..count {
        let [number] = take(rest)?;
        let element = Element::from_number(number).ok_or("an element does not exist")?;
        if elements.last().is_some_and(|(last, _)| last.symbol() >= element.symbol()) {
            return Err("the elements are out of order");
        }
        elements.push((element, positive(rest)?));
    }
    if elements.is_empty() { Err("there is no element") } else { Ok(elements) }
}

fn shells(rest: &mut &[u8], cutoff_angstrom: f64) -> Result<Vec<(f64, f64)>, &'static str> {
    let count = u64::from_le_bytes(take(rest)?);
    // Before anything is allocated: the bytes must be there.
    let count = usize::try_from(count).ok().filter(|count| *count <= MAX_NEIGHBOURS.min(rest.len() / ENTRY));
    let count = count.ok_or("they are cut off")?;
    let mut shells: Vec<(f64, f64)> = Vec::with_capacity(count);
    for _ in 0..count {
        let (distance, weight) = (positive(rest)?, positive(rest)?);
        let rises = shells.last().is_none_or(|(last, _)| distance - last > SAME_ANGSTROM);
        if !rises || distance > cutoff_angstrom {
            return Err("the distances are out of order");
        }
        shells.push((distance, weight));
    }
    Ok(shells)
}

fn positive(rest: &mut &[u8]) -> Result<f64, &'static str> {
    let value = f64::from_le_bytes(take(rest)?);
    if value > 0.0 && value.is_finite() { Ok(value) } else { Err("a number is not positive") }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], &'static str> {
    let (head, tail) = rest.split_first_chunk::<N>().ok_or("they are cut off")?;
    *rest = tail;
    Ok(*head)
}
