//! The segments of a JPEG file, and what its frame header says.

/// Why a JPEG cannot be decoded here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The content contradicts itself or ends too early to show anything.
    Broken(&'static str),
    /// Right, but of a kind that this decoder does not do.
    Unsupported(&'static str),
}

/// How the coefficients are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Baseline and extended, Huffman: each block at once.
    Sequential,
    /// Progressive, Huffman: several passes over all blocks.
    Progressive,
    /// Lossless or arithmetic.
    Other,
}

/// A component of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// Name used by scans.
    pub id: u8,
    /// Blocks across in one unit, 1 to 4.
    pub across: u8,
    /// Blocks down in one unit, 1 to 4.
    pub down: u8,
    /// Number of its quantisation table, 0 to 3.
    pub table: u8,
}

/// The frame header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Columns as stored.
    pub width: u16,
    /// Rows as stored.
    pub height: u16,
    /// Bits of a sample.
    pub bits: u8,
    /// How coefficients are coded.
    pub coding: Coding,
    /// One to four.
    pub components: Vec<Component>,
}

impl Frame {
    /// Reads the content of an SOF segment.
    pub fn parse(marker: u8, content: &[u8]) -> Result<Self, Fault> {
        let [bits, h0, h1, w0, w1, count, rest @ ..] = content else {
            return Err(Fault::Broken("its frame header is cut off"));
        };
        let count = usize::from(*count);
        let component = |&[id, sampling, table]: &[u8; 3]| Component {
            id,
            across: sampling >> 4,
            down: sampling & 15,
            table,
        };
        let components: Vec<_> = rest.as_chunks::<3>().0.iter().take(count).map(component).collect();
        let is_valid =
            |c: &Component| (1..=4).contains(&c.across) && (1..=4).contains(&c.down) && c.table < 4;
        if components.len() != count || !matches!(count, 1..=4) || !components.iter().all(is_valid) {
            return Err(Fault::Broken("its frame header makes no sense"));
        }
        let frame = Self {
            width: u16::from_be_bytes([*w0, *w1]),
            height: u16::from_be_bytes([*h0, *h1]),
            bits: *bits,
            coding: match marker {
                0xc0 | 0xc1 => Coding::Sequential,
                0xc2 => Coding::Progressive,
                _ => Coding::Other,
            },
            components,
        };
        if frame.width == 0 || frame.height == 0 {
            return Err(Fault::Broken("its frame header gives no size"));
        }
        Ok(frame)
    }

    /// Largest sampling across and down.
    pub fn unit(&self) -> (u8, u8) {
        let across = self.components.iter().map(|c| c.across).max().unwrap_or(1);
        let down = self.components.iter().map(|c| c.down).max().unwrap_or(1);
        (across, down)
    }
}

/// How samples become red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// One component.
    Gray,
    /// Luma and two chromas.
    YCbCr,
    /// As they are.
    Rgb,
    /// Four inks, 255 for none when `inverted`.
    Cmyk {
        /// Adobe's habit.
        inverted: bool,
    },
    /// Four inks, the first three as luma and chroma.
    Ycck {
        /// Adobe's habit.
        inverted: bool,
    },
}

/// What the segments before the first scan tell.
#[derive(Clone, Debug, Default)]
pub struct Head<'a> {
    /// The frame header, when it was reached.
    pub frame: Option<Frame>,
    /// EXIF: a TIFF without the mark before it.
    pub exif: Option<&'a [u8]>,
    /// A thumbnail in a JFXX segment, from its kind on.
    pub jfxx: Option<&'a [u8]>,
    /// Adobe's colour transform.
    pub adobe: Option<u8>,
    /// Whether a JFIF segment is there, which fixes the colours as YCbCr.
    pub is_jfif: bool,
}

impl<'a> Head<'a> {
    /// Reads up to the first scan or the end of the bytes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        let mut head = Self::default();
        let mut segments = Segments::new(bytes);
        while let Some((marker, content)) = segments.next() {
            match marker {
                0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf if head.frame.is_none() => {
                    head.frame = Some(Frame::parse(marker, content)?);
                }
                0xda | 0xd9 => break,
                _ => head.application(marker, content),
            }
        }
        Ok(head)
    }

    /// Takes what an APPn segment tells.
    pub fn application(&mut self, marker: u8, content: &'a [u8]) {
        match marker {
            0xe0 if content.starts_with(b"JFIF\0") => self.is_jfif = true,
            0xe0 => self.jfxx = self.jfxx.or_else(|| content.strip_prefix(b"JFXX\0")),
            0xe1 => self.exif = self.exif.or_else(|| exif_of(content)),
            0xee if content.starts_with(b"Adobe") => self.adobe = content.get(11).copied(),
            _ => {}
        }
    }

    /// What the samples mean, by the rules that most decoders share.
    pub fn colours(&self, frame: &Frame) -> Colours {
        let ids: Vec<u8> = frame.components.iter().map(|c| c.id).collect();
        match (frame.components.len(), self.adobe) {
            (1 | 2, _) => Colours::Gray,
            (3, Some(0)) => Colours::Rgb,
            (3, None) if !self.is_jfif && ids == *b"RGB" => Colours::Rgb,
            (3, _) => Colours::YCbCr,
            (_, Some(2)) => Colours::Ycck { inverted: true },
            (_, adobe) => Colours::Cmyk { inverted: adobe.is_some() },
        }
    }
}

/// Some writers leave one zero after the mark, some two.
fn exif_of(content: &[u8]) -> Option<&[u8]> {
    let after = content.strip_prefix(b"Exif\0")?;
    if after.starts_with(b"II") || after.starts_with(b"MM") { Some(after) } else { after.get(1..) }
}

/// The segments one after the other; what is between them is skipped.
pub struct Segments<'a> {
    bytes: &'a [u8],
    /// Where the next segment is looked for.
    pub at: usize,
}

impl<'a> Segments<'a> {
    /// From the start of the file.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 2 }
    }

    /// The marker and the content of the next segment; `None` at the end of the bytes. A segment that is cut off is
    /// not given.
    pub fn next(&mut self) -> Option<(u8, &'a [u8])> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            let marker_at = rest.iter().position(|&byte| byte == 0xff)?;
            let marker = *rest.get(marker_at + 1)?;
            match marker {
                // A fill byte: the marker may start with the second one.
                0xff => self.at += marker_at + 1,
                // Stuffing, restarts, starts: nothing follows.
                0x00 | 0x01 | 0xd0..=0xd8 => self.at += marker_at + 2,
                0xd9 => {
                    self.at += marker_at + 2;
                    return Some((marker, &[]));
                }
                _ => {
                    let length =
                        rest.get(marker_at + 2..)?.first_chunk().map(|two| u16::from_be_bytes(*two))?;
                    let start = marker_at + 4;
                    let end = marker_at + 2 + usize::from(length.max(2));
                    self.at += end;
                    return Some((marker, rest.get(start..end)?));
                }
            }
        }
    }
}
