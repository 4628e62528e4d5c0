//! What every part of the library means by a picture: its number, its content, its pixels.

use std::fmt;

/// A picture's row in one catalog. Never used again for another picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub u32);

/// A picture among all open libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PictureId {
    /// Number of the library in this run of the program.
    pub library: u32,
    /// Row in its catalog.
    pub row: RowId,
}

/// BLAKE3 of a file's bytes: two files with the same one are the same picture.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(pub [u8; 32]);

impl ContentHash {
    /// The hash of a file's bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A decoded picture: rows from the top, four bytes a pixel, sRGB with straight alpha, the right way up.
#[derive(Clone, PartialEq, Eq)]
pub struct Pixels {
    width: u32,
    height: u32,
    rgba: Vec<u8>,
}

impl Pixels {
    /// `None` when a side is zero or `rgba` has not four bytes for each pixel.
    #[must_use]
    pub fn new(width: u32, height: u32, rgba: Vec<u8>) -> Option<Self> {
        let bytes = (width as usize).checked_mul(height as usize)?.checked_mul(4)?;
        (bytes > 0 && rgba.len() == bytes).then_some(Self { width, height, rgba })
    }

    /// Columns.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All bytes, row by row.
    #[must_use]
    pub fn rgba(&self) -> &[u8] {
        &self.rgba
    }

    /// All bytes, to be changed.
    #[must_use]
    pub fn rgba_mut(&mut self) -> &mut [u8] {
        &mut self.rgba
    }

    /// Red, green, blue, alpha of every pixel, row by row.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = [u8; 4]> + '_ {
        self.rgba.as_chunks::<4>().0.iter().copied()
    }

    /// The part from (`left`, `top`), clipped to the picture; `None` when nothing is left.
    #[must_use]
    pub fn crop(&self, left: u32, top: u32, width: u32, height: u32) -> Option<Self> {
        let width = width.min(self.width.checked_sub(left)?);
        let height = height.min(self.height.checked_sub(top)?);
        let stride = self.width as usize * 4;
        let from = left as usize * 4;
        let mut rgba = Vec::with_capacity(width as usize * height as usize * 4);
        for row in self.rgba.chunks_exact(stride).skip(top as usize).take(height as usize) {
            rgba.extend_from_slice(row.get(from..from + width as usize * 4)?);
        }
        Self::new(width, height, rgba)
    }
}

impl fmt::Debug for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pixels({} × {})", self.width, self.height)
    }
}

/// How stored pixels are turned to stand upright: EXIF's eight cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orientation {
    /// Columns and rows change places; done first.
    pub transposed: bool,
    /// Left and right change places, after that.
    pub mirrored: bool,
    /// Top and bottom change places, after that.
    pub flipped: bool,
}

impl Orientation {
    /// From the value of EXIF's tag 0x0112; anything but 2 to 8 means that nothing is to be done.
    #[must_use]
    pub fn from_exif(value: u32) -> Self {
        let (transposed, mirrored, flipped) = match value {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self { transposed, mirrored, flipped }
    }

    /// Turns stored pixels upright.
    #[must_use]
    pub fn apply(self, stored: Pixels) -> Pixels {
        if self == Self::default() {
            return stored;
        }
        let (width, height) = self.size(stored.width, stored.height);
        let pixels = stored.rgba.as_chunks::<4>().0;
        let mut rgba = Vec::with_capacity(stored.rgba.len());
        for y in 0..height {
            let row = if self.flipped { height - 1 - y } else { y };
            for x in 0..width {
                let column = if self.mirrored { width - 1 - x } else { x };
                let (column, row) = if self.transposed { (row, column) } else { (column, row) };
                let at = row as usize * stored.width as usize + column as usize;
                rgba.extend_from_slice(pixels.get(at).unwrap_or(&[0; 4]));
            }
        }
        Pixels { width, height, rgba }
    }

    /// Width and height upright, from those stored.
    #[must_use]
    pub fn size(self, width: u32, height: u32) -> (u32, u32) {
        if self.transposed { (height, width) } else { (width, height) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 3 × 2 picture whose pixels are numbered.
    fn numbered() -> Pixels {
        Pixels::new(3, 2, (0..6_u8).flat_map(|n| [n, 0, 0, 255]).collect()).unwrap_or_else(|| unreachable!())
    }

    fn reds(pixels: &Pixels) -> Vec<u8> {
        pixels.iter().map(|[red, ..]| red).collect()
    }

    #[test]
    fn exif_orientations_stand_upright() {
        // What the stored rows 012/345 look like upright, by the EXIF standard's 0th row and column.
        let upright = [
            (1, (3, 2), vec![0, 1, 2, 3, 4, 5]),
            (2, (3, 2), vec![2, 1, 0, 5, 4, 3]),
            (3, (3, 2), vec![5, 4, 3, 2, 1, 0]),
            (4, (3, 2), vec![3, 4, 5, 0, 1, 2]),
            (5, (2, 3), vec![0, 3, 1, 4, 2, 5]),
            (6, (2, 3), vec![3, 0, 4, 1, 5, 2]),
            (7, (2, 3), vec![5, 2, 4, 1, 3, 0]),
            (8, (2, 3), vec![2, 5, 1, 4, 0, 3]),
        ];
        for (value, size, expected) in upright {
            let turned = Orientation::from_exif(value).apply(numbered());
            assert_eq!((turned.width(), turned.height()), size, "orientation {value}");
            assert_eq!(reds(&turned), expected, "orientation {value}");
        }
    }

    #[test]
    fn crops_are_clipped_to_the_picture() {
        let crop = numbered().crop(1, 0, 9, 9).unwrap();
        assert_eq!((crop.width(), reds(&crop)), (2, vec![1, 2, 4, 5]));
        assert!(numbered().crop(3, 0, 1, 1).is_none());
        assert!(numbered().crop(4, 0, 1, 1).is_none());
    }
}
