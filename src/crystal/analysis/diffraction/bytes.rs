//! Reflections as bytes, for the cache.
//!
//! Little-endian: `VXRF`, a version, flags, the limit, three counts, then the orbits (|g|, |F|², members), the members
//! (three 16-bit indices each) and the notes (length and UTF-8 each). Reading believes nothing: counts are compared
//! with the bytes that are there before anything is reserved, and every number is checked.

use super::{
    error::DiffractionError,
    points::stands_for_pair,
    radiation::Probe,
    reflections::{EDGE, Orbit, Reflections},
};

const MAGIC: &[u8; 4] = b"VXRF";
/// Raised whenever the layout or the meaning of the numbers changes.
pub const VERSION: u16 = 1;

const NEUTRON: u8 = 1;
const SYMMETRIZED: u8 = 2;
const FOUR_INDEX: u8 = 4;

const ORBIT_BYTES: usize = 20;
const MEMBER_BYTES: usize = 6;

impl Reflections {
    /// For storing; [`Self::from_bytes`] gives back an equal value.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out =
            Vec::with_capacity(32 + ORBIT_BYTES * self.orbits.len() + MEMBER_BYTES * self.members.len());
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        let flag = |on: bool, bit: u8| if on { bit } else { 0 };
        out.push(
            flag(self.probe == Probe::Neutron, NEUTRON)
                | flag(self.symmetrized, SYMMETRIZED)
                | flag(self.four_index, FOUR_INDEX),
        );
        out.extend(self.g_max.to_le_bytes());
        for count in [self.orbits.len(), self.members.len(), self.notes.len()] {
            out.extend((count as u32).to_le_bytes());
        }
        for orbit in &self.orbits {
            out.extend(orbit.g.to_le_bytes());
            out.extend(orbit.f_squared.to_le_bytes());
            out.extend((orbit.count as u32).to_le_bytes());
        }
        for index in self.members.iter().flatten() {
            out.extend(index.to_le_bytes());
        }
        for note in &self.notes {
            out.extend((note.len() as u32).to_le_bytes());
            out.extend(note.as_bytes());
        }
        out
    }

    /// From the bytes of [`Self::to_bytes`].
    ///
    /// # Errors
    /// When they are of another version, cut off, too long, or hold what no reflections can be.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DiffractionError> {
        let mut reader = Reader(bytes);
        if &reader.array::<4>()? != MAGIC {
            return Err(DiffractionError::Stored("they begin differently"));
        }
        if u16::from_le_bytes(reader.array()?) != VERSION {
            return Err(DiffractionError::Stored("they are of another version"));
        }
        let [flags] = reader.array()?;
        let g_max = f64::from_le_bytes(reader.array()?);
        let [orbits, members, notes] = [reader.count()?, reader.count()?, reader.count()?];
        let least = orbits.saturating_mul(ORBIT_BYTES).saturating_add(members.saturating_mul(MEMBER_BYTES));
        if least.saturating_add(notes.saturating_mul(4)) > reader.0.len() {
            return Err(DiffractionError::Stored("they are cut off"));
        }
        if flags & !(NEUTRON | SYMMETRIZED | FOUR_INDEX) != 0 || !(g_max.is_finite() && g_max > 0.0) {
            return Err(DiffractionError::Stored("their head is damaged"));
        }
        let orbits = reader.orbits(orbits, members, g_max)?;
        let members = reader.members(members)?;
        let notes = (0..notes).map(|_| reader.note()).collect::<Result<_, _>>()?;
        if !reader.0.is_empty() {
            return Err(DiffractionError::Stored("something follows their end"));
        }
        Ok(Self {
            probe: if flags & NEUTRON == 0 { Probe::XRay } else { Probe::Neutron },
            g_max,
            symmetrized: flags & SYMMETRIZED != 0,
            four_index: flags & FOUR_INDEX != 0,
            orbits,
            members,
            notes,
        })
    }
}

/// What has not been read yet.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], DiffractionError> {
        let (head, rest) = self.0.split_first_chunk().ok_or(DiffractionError::Stored("they are cut off"))?;
        self.0 = rest;
        Ok(*head)
    }

    fn count(&mut self) -> Result<usize, DiffractionError> {
        Ok(u32::from_le_bytes(self.array()?) as usize)
    }

    fn orbits(&mut self, count: usize, members: usize, g_max: f64) -> Result<Vec<Orbit>, DiffractionError> {
        let mut orbits = Vec::with_capacity(count);
        let (mut first, mut last_g) = (0_usize, 0.0);
        for _ in 0..count {
            let g = f64::from_le_bytes(self.array()?);
            let f_squared = f64::from_le_bytes(self.array()?);
            let count = self.count()?;
            // Written so that NaN fails too.
            let sound = g > 0.0 && g >= last_g && g <= g_max * (1.0 + 2.0 * EDGE);
            if !(sound && f_squared >= 0.0 && f_squared.is_finite() && count > 0) {
                return Err(DiffractionError::Stored("a reflection is damaged"));
            }
            orbits.push(Orbit { g, f_squared, first, count });
            first = first.saturating_add(count);
            last_g = g;
        }
        if first != members {
            return Err(DiffractionError::Stored("their counts contradict each other"));
        }
        Ok(orbits)
    }

    fn members(&mut self, count: usize) -> Result<Vec<[i16; 3]>, DiffractionError> {
        let mut members = Vec::with_capacity(count);
        for _ in 0..count {
            let index = |reader: &mut Self| Ok(i16::from_le_bytes(reader.array()?));
            let hkl = [index(self)?, index(self)?, index(self)?];
            // The opposite of the smallest number does not exist.
            if !stands_for_pair(hkl.map(i32::from)) || hkl.contains(&i16::MIN) {
                return Err(DiffractionError::Stored("an index is damaged"));
            }
            members.push(hkl);
        }
        Ok(members)
    }

    fn note(&mut self) -> Result<String, DiffractionError> {
        let length = self.count()?;
        let (text, rest) =
            self.0.split_at_checked(length).ok_or(DiffractionError::Stored("they are cut off"))?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).map_err(|_| DiffractionError::Stored("a note is damaged"))
    }
}
