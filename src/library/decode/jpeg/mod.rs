//! JPEG, decoded no larger than needed.
//!
//! A picture is asked for at 1/1, 1/2, 1/4 or 1/8 of its size. At 1/8 a block is one sample, its mean, and all other
//! coefficients are passed over many at a time; progressive pictures leave whole passes out. Damage is no error: what
//! was decoded up to there, and after the next restart marker, is given, the rest stays gray.
//!
//! Baseline, extended and progressive Huffman coding of 8 bits are done, with one to four components. Lossless and
//! arithmetic coding and 12 bits are not supported.

mod colour;
mod huffman;
mod markers;
mod planes;
mod scan;
mod transform;

use self::huffman::Huffman;
pub use self::markers::{Coding, Fault, Frame, Head};
use self::markers::{Colours, Segments};
use self::planes::Plane;
use self::scan::{Scan, Tables};
use super::profile::inks_to_srgb;

/// Scans that are read at most; a picture that needs more only wants to waste time.
const MOST_SCANS: usize = 200;

/// Samples across a block: 8 for the whole picture, down to 1 for an eighth of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Side(usize);

impl Side {
    /// The whole picture.
    pub const FULL: Self = Self(8);

    /// The smallest one at which the longer side is at least `cover_side`.
    pub fn covering(frame: &Frame, cover_side: Option<u32>) -> Self {
        let longer = u32::from(frame.width.max(frame.height));
        let covers = |n: &usize| cover_side.is_some_and(|cover| scaled(longer, *n) >= cover);
        Self([1, 2, 4].into_iter().find(covers).unwrap_or(8))
    }

    /// Width and height of a picture at this scale.
    pub fn size(self, frame: &Frame) -> (u32, u32) {
        (scaled(frame.width.into(), self.0), scaled(frame.height.into(), self.0))
    }
}

fn scaled(length: u32, n: usize) -> u32 {
    (length * n as u32).div_ceil(8)
}

/// Bytes that decoding takes, its result included.
pub fn bytes_needed(frame: &Frame, side: Side) -> u64 {
    let (width, height) = side.size(frame);
    let is_progressive = frame.coding == Coding::Progressive;
    let planes: u64 =
        frame.components.iter().map(|&part| Plane::new(frame, part, side.0).bytes(is_progressive)).sum();
    planes + u64::from(width) * u64::from(height) * 4
}

/// A decoded picture, as stored.
pub struct Picture {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Four bytes a pixel.
    pub rgba: Vec<u8>,
    /// Whether all of it was there; else the rest is grey, or coarser than it was.
    pub is_whole: bool,
}

/// Decodes as much as there is. Inks become light by their profile, where they have one.
pub fn decode(bytes: &[u8], side: Side, profile: Option<&[u8]>) -> Result<Picture, Fault> {
    let mut decoder = Decoder {
        side,
        head: Head::default(),
        frame: None,
        planes: Vec::new(),
        tables: Tables::default(),
        is_whole: true,
    };
    decoder.run(bytes)?;
    let frame = decoder.frame.ok_or(Fault::Broken("it holds no picture"))?;
    let is_progressive = frame.coding == Coding::Progressive;
    if is_progressive {
        decoder.planes.iter_mut().for_each(Plane::finish);
    }
    let (width, height) = side.size(&frame);
    let colours = decoder.head.colours(&frame);
    let mut rgba = colour::interleaved(&decoder.planes, colours, width as usize, height as usize, side.0);
    let are_inks = matches!(colours, Colours::Cmyk { .. } | Colours::Ycck { .. });
    if are_inks && !profile.is_some_and(|profile| inks_to_srgb(&mut rgba, profile)) {
        colour::mix_inks(&mut rgba);
    }
    Ok(Picture { width, height, rgba, is_whole: decoder.is_whole })
}

struct Decoder<'a> {
    side: Side,
    head: Head<'a>,
    frame: Option<Frame>,
    planes: Vec<Plane>,
    tables: Tables,
    is_whole: bool,
}

impl<'a> Decoder<'a> {
    fn run(&mut self, bytes: &'a [u8]) -> Result<(), Fault> {
        let mut segments = Segments::new(bytes);
        let mut steps = [None; 4];
        let mut restart = 0;
        let mut scans = 0;
        while let Some((marker, content)) = segments.next() {
            let outcome = match marker {
                0xc4 => self.huffman_tables(content),
                0xdb => quantisation(content, &mut steps),
                0xdd => {
                    restart = content.first_chunk().map_or(0, |two| usize::from(u16::from_be_bytes(*two)));
                    Ok(())
                }
                0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf if self.frame.is_none() => {
                    self.start(Frame::parse(marker, content)?)
                }
                0xda => {
                    scans += 1;
                    if scans > MOST_SCANS {
                        break;
                    }
                    self.scan(bytes, content, &mut segments, (&steps, restart))
                }
                0xd9 => break,
                _ => {
                    self.head.application(marker, content);
                    Ok(())
                }
            };
            match outcome {
                // Something was shown before: that is what there is.
                Err(_) if scans > 1 => {
                    self.is_whole = false;
                    break;
                }
                outcome => outcome?,
            }
        }
        if scans == 0 {
            return Err(Fault::Broken("it ends before the picture begins"));
        }
        Ok(())
    }

    fn start(&mut self, frame: Frame) -> Result<(), Fault> {
        if frame.coding == Coding::Other {
            return Err(Fault::Unsupported("arithmetic coding or lossless"));
        }
        if frame.bits != 8 {
            return Err(Fault::Unsupported("samples of more than 8 bits"));
        }
        self.planes = frame.components.iter().map(|&part| Plane::new(&frame, part, self.side.0)).collect();
        let is_progressive = frame.coding == Coding::Progressive;
        self.planes.iter_mut().for_each(|plane| plane.allocate(is_progressive));
        self.frame = Some(frame);
        Ok(())
    }

    fn scan(
        &mut self,
        bytes: &[u8],
        content: &[u8],
        segments: &mut Segments<'_>,
        (steps, restart): (&[Option<[u16; 64]>; 4], usize),
    ) -> Result<(), Fault> {
        let frame = self.frame.as_ref().ok_or(Fault::Broken("a scan comes before the frame header"))?;
        let is_progressive = frame.coding == Coding::Progressive;
        let scan = Scan::parse(content, &self.planes)?;
        let mut is_needed = false;
        for &(plane, _, ac) in &scan.parts {
            let Some(plane) = self.planes.get_mut(plane) else { continue };
            // Later passes over low coefficients are coded by what is known of all, so only all can be left out.
            is_needed |= scan.first == 0 || plane.last_needed > 0;
            if plane.steps.is_none() {
                plane.steps = steps.get(usize::from(plane.component.table)).copied().flatten();
                if plane.steps.is_none() {
                    return Err(Fault::Broken("a quantisation table is missing"));
                }
            }
            let is_large = plane.used_across * plane.used_down > 1024;
            if let Some(Some(table)) = self.tables.ac.get_mut(ac)
                && !is_progressive
                && plane.last_needed < 63
                && is_large
            {
                table.prepare_leaps();
            }
        }
        segments.at = if is_needed {
            let planes = &mut self.planes;
            let decoded =
                scan::decode(bytes, segments.at, &scan, &self.tables, planes, restart, is_progressive)?;
            self.is_whole &= decoded.is_whole;
            decoded.end
        } else {
            scan::skip(bytes, segments.at)
        };
        Ok(())
    }

    fn huffman_tables(&mut self, mut content: &[u8]) -> Result<(), Fault> {
        const FAULT: Fault = Fault::Broken("a Huffman table is cut off");
        while let Some((&kind, rest)) = content.split_first() {
            let (lengths, rest) = rest.split_first_chunk::<16>().ok_or(FAULT)?;
            let count: usize = lengths.iter().map(|&count| usize::from(count)).sum();
            let (order, rest) = rest.split_at_checked(count).ok_or(FAULT)?;
            content = rest;
            let set = if kind >> 4 == 0 { &mut self.tables.dc } else { &mut self.tables.ac };
            let place = set.get_mut(usize::from(kind & 15)).ok_or(FAULT)?;
            *place = Some(Huffman::new(lengths, order)?);
        }
        Ok(())
    }
}

fn quantisation(mut content: &[u8], steps: &mut [Option<[u16; 64]>; 4]) -> Result<(), Fault> {
    const FAULT: Fault = Fault::Broken("a quantisation table is cut off");
    while let Some((&kind, rest)) = content.split_first() {
        let place = steps.get_mut(usize::from(kind & 15)).ok_or(FAULT)?;
        let mut table = [0; 64];
        if kind >> 4 == 0 {
            let (values, rest) = rest.split_first_chunk::<64>().ok_or(FAULT)?;
            table = values.map(u16::from);
            content = rest;
        } else {
            let (values, rest) = rest.split_first_chunk::<128>().ok_or(FAULT)?;
            for (step, two) in table.iter_mut().zip(values.as_chunks::<2>().0) {
                *step = u16::from_be_bytes(*two);
            }
            content = rest;
        }
        *place = Some(table);
    }
    Ok(())
}
