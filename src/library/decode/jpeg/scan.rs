//! One pass over entropy-coded data: the blocks of one or more components.

use super::huffman::{Bits, Huffman};
use super::markers::{Component, Fault};
use super::planes::{Plane, ZIGZAG};

/// What a scan header says.
#[derive(Clone, Debug)]
pub struct Scan {
    /// Index of the plane, number of its DC table, number of its AC table.
    pub parts: Vec<(usize, usize, usize)>,
    /// First coefficient.
    pub first: u32,
    /// Last coefficient.
    pub last: u32,
    /// Bit plane coded before; 0 for the first pass.
    pub high: u32,
    /// Bit plane coded now.
    pub low: u32,
}

impl Scan {
    /// Reads the content of an SOS segment.
    pub fn parse(content: &[u8], planes: &[Plane]) -> Result<Self, Fault> {
        const FAULT: Fault = Fault::Broken("a scan header makes no sense");
        let (&count, rest) = content.split_first().ok_or(FAULT)?;
        let (selectors, rest) = rest.split_at_checked(usize::from(count) * 2).ok_or(FAULT)?;
        let mut parts: Vec<(usize, usize, usize)> = Vec::new();
        for [id, tables] in selectors.as_chunks::<2>().0 {
            let plane = planes.iter().position(|plane| plane.component.id == *id).ok_or(FAULT)?;
            if parts.iter().any(|(other, ..)| *other == plane) {
                return Err(FAULT);
            }
            parts.push((plane, usize::from(tables >> 4), usize::from(tables & 15)));
        }
        let [first, last, bits] = *rest.first_chunk().ok_or(FAULT)?;
        if parts.is_empty() || first > 63 || last > 63 || first > last || bits & 15 > 13 || bits >> 4 > 14 {
            return Err(FAULT);
        }
        Ok(Self {
            parts,
            first: first.into(),
            last: last.into(),
            high: (bits >> 4).into(),
            low: (bits & 15).into(),
        })
    }
}

/// The Huffman tables that are set.
#[derive(Default)]
pub struct Tables {
    /// For DC coefficients.
    pub dc: [Option<Huffman>; 4],
    /// For AC coefficients.
    pub ac: [Option<Huffman>; 4],
}

/// How far a run of equal blocks and the DC predictions are.
#[derive(Default)]
struct Memory {
    predictions: [i32; 4],
    blocks_without_more: u32,
}

/// Where the data of a scan end, and whether all of its blocks were there.
pub struct Decoded {
    /// The place after them.
    pub end: usize,
    /// Nothing was missing or made no sense.
    pub is_whole: bool,
}

/// Decodes the data from `at` on into the planes. Damaged parts leave their blocks as they are; the next restart marker
/// is looked for.
pub fn decode(
    bytes: &[u8],
    at: usize,
    scan: &Scan,
    tables: &Tables,
    planes: &mut [Plane],
    restart: usize,
    is_progressive: bool,
) -> Result<Decoded, Fault> {
    check_tables(scan, tables, is_progressive)?;
    let alone = if let [(plane, ..)] = scan.parts[..] { Some(plane) } else { None };
    let (across, down) = match alone.and_then(|plane| planes.get(plane)) {
        // A component alone comes block by block, without those that only fill up units.
        Some(plane) => (plane.used_across, plane.used_down),
        None => planes.first().map_or((0, 0), |plane| {
            let component = plane.component;
            (
                plane.blocks_across / usize::from(component.across).max(1),
                plane.blocks_down / usize::from(component.down).max(1),
            )
        }),
    };
    let units = across * down;
    let mut bits = Bits::new(bytes, at);
    let mut memory = Memory::default();
    let mut unit = 0;
    let mut is_whole = true;
    while unit < units {
        let stretch = if restart == 0 { units } else { restart.min(units - unit) };
        for index in unit..unit + stretch {
            let place = (index % across, index / across);
            let mut pass = Pass { scan, tables, bits: &mut bits, memory: &mut memory, is_progressive };
            if pass.unit(planes, place, alone.is_some()).is_none() {
                is_whole = false;
                break;
            }
        }
        unit += stretch;
        if unit >= units {
            break;
        }
        memory = Memory::default();
        // The data between here and the marker belong to a stretch that was damaged.
        let expected = ((unit / stretch.max(1)).wrapping_sub(1) % 8) as u8;
        let Some((found, after)) = next_marker(bytes, bits.position()) else {
            return Ok(Decoded { end: bytes.len(), is_whole: false });
        };
        if !(0xd0..=0xd7).contains(&found) {
            return Ok(Decoded { end: after - 2, is_whole: false });
        }
        // Lost stretches are passed over, as far as the marker's number tells.
        let lost = usize::from((found - 0xd0).wrapping_sub(expected) % 8);
        is_whole &= lost == 0;
        unit += lost * restart;
        bits = Bits::new(bytes, after);
    }
    Ok(Decoded { end: skip(bytes, bits.position()), is_whole })
}

/// Passes over the data of a scan.
pub fn skip(bytes: &[u8], at: usize) -> usize {
    let mut end = at;
    while let Some((marker, after)) = next_marker(bytes, end) {
        if !(0xd0..=0xd7).contains(&marker) {
            return after - 2;
        }
        end = after;
    }
    bytes.len()
}

/// The next marker in entropy-coded data and the place after it.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0xff)?;
        match *bytes.get(at + 1)? {
            0x00 => at += 2,
            0xff => at += 1,
            marker => return Some((marker, at + 2)),
        }
    }
}

fn check_tables(scan: &Scan, tables: &Tables, is_progressive: bool) -> Result<(), Fault> {
    let has = |set: &[Option<Huffman>; 4], number: usize| set.get(number).is_some_and(Option::is_some);
    let needs_dc = scan.first == 0 && scan.high == 0;
    let needs_ac = if is_progressive { scan.first > 0 } else { true };
    for &(_, dc, ac) in &scan.parts {
        if (needs_dc && !has(&tables.dc, dc)) || (needs_ac && !has(&tables.ac, ac)) {
            return Err(Fault::Broken("a Huffman table is missing"));
        }
    }
    if is_progressive && scan.first > 0 && scan.parts.len() > 1 {
        return Err(Fault::Broken("a scan header makes no sense"));
    }
    Ok(())
}

struct Pass<'a, 'b> {
    scan: &'a Scan,
    tables: &'a Tables,
    bits: &'a mut Bits<'b>,
    memory: &'a mut Memory,
    is_progressive: bool,
}

impl Pass<'_, '_> {
    /// One unit of all components of the scan, or one block when there is one component. `None` where data end.
    #[inline]
    fn unit(&mut self, planes: &mut [Plane], (column, row): (usize, usize), alone: bool) -> Option<()> {
        for (slot, &(plane, dc, ac)) in self.scan.parts.iter().enumerate() {
            let plane = planes.get_mut(plane)?;
            let Component { across, down, .. } = plane.component;
            let (h, v) = if alone { (1, 1) } else { (usize::from(across), usize::from(down)) };
            for y in 0..v {
                for x in 0..h {
                    self.block(plane, column * h + x, row * v + y, (slot, dc, ac))?;
                }
            }
        }
        Some(())
    }

    #[inline]
    fn block(
        &mut self,
        plane: &mut Plane,
        column: usize,
        row: usize,
        (slot, dc, ac): (usize, usize, usize),
    ) -> Option<()> {
        if !self.is_progressive {
            let (dc, ac) = (self.tables.dc.get(dc)?.as_ref()?, self.tables.ac.get(ac)?.as_ref()?);
            return self.sequential(plane, column, row, (slot, dc, ac));
        }
        let kept = plane.kept();
        let at = (row * plane.blocks_across + column) * kept;
        let block = plane.coefficients.get_mut(at..at + kept)?;
        if self.scan.first == 0 {
            if self.scan.high == 0 {
                let dc = self.tables.dc.get(dc)?.as_ref()?;
                let difference = dc.difference(self.bits)?;
                let prediction = self.memory.predictions.get_mut(slot)?;
                *prediction = prediction.wrapping_add(difference);
                *block.first_mut()? = (*prediction << self.scan.low) as i16;
            } else {
                *block.first_mut()? |= (self.bits.take(1) << self.scan.low) as i16;
            }
            return (!self.bits.is_over()).then_some(());
        }
        let ac = self.tables.ac.get(ac)?.as_ref()?;
        if self.scan.high == 0 {
            self.first_ac(block, ac)?;
        } else {
            self.refine_ac(block, ac)?;
        }
        (!self.bits.is_over()).then_some(())
    }

    /// A whole block of a sequential picture; coefficients that do not matter are passed over.
    #[inline]
    fn sequential(
        &mut self,
        plane: &mut Plane,
        column: usize,
        row: usize,
        (slot, dc, ac): (usize, &Huffman, &Huffman),
    ) -> Option<()> {
        let steps = plane.steps.as_ref()?;
        let prediction = self.memory.predictions.get_mut(slot)?;
        *prediction = prediction.wrapping_add(dc.difference(self.bits)?);
        let mut block = [0.0_f32; 64];
        let [level, ..] = &mut block;
        *level = *prediction as f32 * f32::from(*steps.first()?);
        let mut is_flat = true;
        let mut k = 1;
        let mut is_done = false;
        while k <= plane.last_needed {
            let (run, value) = ac.coefficient(self.bits)?;
            if value == 0 {
                if run == 15 {
                    k += 16;
                    continue;
                }
                is_done = true;
                break;
            }
            k += run;
            is_flat = false;
            let place = usize::from(*ZIGZAG.get(k as usize)?);
            *block.get_mut(place)? = value as f32 * f32::from(*steps.get(k as usize)?);
            k += 1;
        }
        if !is_done {
            ac.skip_block(self.bits, k)?;
        }
        if self.bits.is_over() {
            return None;
        }
        plane.put(column, row, &block, is_flat);
        Some(())
    }

    /// AC coefficients of a block, their high bits.
    fn first_ac(&mut self, block: &mut [i16], ac: &Huffman) -> Option<()> {
        if self.memory.blocks_without_more > 0 {
            self.memory.blocks_without_more -= 1;
            return Some(());
        }
        let mut k = self.scan.first;
        while k <= self.scan.last {
            let (run, value) = ac.coefficient(self.bits)?;
            if value == 0 {
                if run < 15 {
                    self.memory.blocks_without_more = (1 << run) - 1 + self.bits.take(run) as u32;
                    break;
                }
                k += 16;
                continue;
            }
            k += run;
            *block.get_mut(k as usize)? = (value << self.scan.low) as i16;
            k += 1;
        }
        Some(())
    }

    /// One more bit of the AC coefficients of a block.
    fn refine_ac(&mut self, block: &mut [i16], ac: &Huffman) -> Option<()> {
        let bit = 1_i16 << self.scan.low;
        let mut k = self.scan.first;
        let mut is_over = self.memory.blocks_without_more > 0;
        while !is_over && k <= self.scan.last {
            self.bits.need();
            let symbol = ac.symbol(self.bits)?;
            let (mut run, size) = (symbol >> 4, symbol & 15);
            let mut new = 0;
            if size == 0 {
                if run < 15 {
                    self.memory.blocks_without_more = (1 << run) + self.bits.take(run) as u32;
                    is_over = true;
                    break;
                }
            } else {
                new = if self.bits.take(1) == 1 { bit } else { -bit };
            }
            while k <= self.scan.last {
                let coefficient = block.get_mut(k as usize)?;
                k += 1;
                if *coefficient != 0 {
                    refine(coefficient, bit, self.bits);
                } else if run == 0 {
                    *coefficient = new;
                    break;
                } else {
                    run -= 1;
                }
            }
        }
        if is_over {
            for coefficient in block.get_mut(k as usize..=self.scan.last as usize)? {
                if *coefficient != 0 {
                    refine(coefficient, bit, self.bits);
                }
            }
            self.memory.blocks_without_more -= 1;
        }
        Some(())
    }
}

#[inline]
fn refine(coefficient: &mut i16, bit: i16, bits: &mut Bits<'_>) {
    if bits.take(1) == 1 && *coefficient & bit == 0 {
        *coefficient = coefficient.wrapping_add(if *coefficient > 0 { bit } else { -bit });
    }
}
