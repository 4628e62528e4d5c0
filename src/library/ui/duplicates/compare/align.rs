//! Two pictures brought to one frame, so that the same place of both is the same thing, and their difference.

use fast_image_resize::{
    PixelType, Resizer,
    images::{Image, ImageRef},
};

use crate::library::{
    Orientation, Pixels,
    duplicates::{LOOSEST_DISTANCE, Member, crops::Rect},
};

/// How a picture lies against the frame of its group's centre.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// The turn that makes it stand as the centre does.
    turn: Orientation,
    /// Which part of it, so turned, the centre shows.
    part: Rect,
    /// Which part of the centre it shows.
    region: Rect,
}

impl Placement {
    /// As it is.
    pub const WHOLE: Self = Self {
        turn: Orientation { transposed: false, mirrored: false, flipped: false },
        part: Rect::WHOLE,
        region: Rect::WHOLE,
    };

    /// Of a member of a group.
    #[must_use]
    pub fn of(member: &Member) -> Self {
        // Of distant hashes the nearest orientation is chance: a part is not turned because some turn of it is a bit less far.
        let is_known = member.crop.is_none() && member.distance.is_some_and(|bits| bits <= LOOSEST_DISTANCE);
        let bit = |bit: u8| is_known && member.orientation & bit != 0;
        let turn = Orientation { transposed: bit(1), mirrored: bit(2), flipped: bit(4) };
        match member.crop {
            Some((region, true)) => Self { turn, part: Rect::WHOLE, region },
            Some((part, false)) => Self { turn, part, region: Rect::WHOLE },
            None => Self { turn, ..Self::WHOLE },
        }
    }

    /// The whole picture, so turned.
    #[must_use]
    pub fn turned_only(&self) -> Self {
        Self { turn: self.turn, ..Self::WHOLE }
    }

    /// Turns a picture and cuts out what a region of the centre shows.
    fn apply(&self, pixels: &Pixels, region: &Rect) -> Pixels {
        let turned = self.turn.apply(pixels.clone());
        let cut = within(&self.part, &relative(region, &self.region));
        let (width, height) = (turned.width() as f32, turned.height() as f32);
        let (left, top) = ((cut.left * width).round(), (cut.top * height).round());
        let size = (((cut.right - cut.left) * width).round(), ((cut.bottom - cut.top) * height).round());
        if cut == Rect::WHOLE {
            return turned;
        }
        turned.crop(left as u32, top as u32, size.0.max(1.0) as u32, size.1.max(1.0) as u32).unwrap_or(turned)
    }
}

/// `inner`, given in parts of the whole, in parts of `outer`.
fn relative(inner: &Rect, outer: &Rect) -> Rect {
    let (width, height) = ((outer.right - outer.left).max(1e-3), (outer.bottom - outer.top).max(1e-3));
    Rect {
        left: ((inner.left - outer.left) / width).clamp(0.0, 1.0),
        top: ((inner.top - outer.top) / height).clamp(0.0, 1.0),
        right: ((inner.right - outer.left) / width).clamp(0.0, 1.0),
        bottom: ((inner.bottom - outer.top) / height).clamp(0.0, 1.0),
    }
}

/// `inner`, given in parts of `outer`, in parts of the whole.
fn within(outer: &Rect, inner: &Rect) -> Rect {
    let (width, height) = (outer.right - outer.left, outer.bottom - outer.top);
    Rect {
        left: outer.left + inner.left * width,
        top: outer.top + inner.top * height,
        right: outer.left + inner.right * width,
        bottom: outer.top + inner.bottom * height,
    }
}

/// Both pictures turned alike and cut to what both show.
#[must_use]
pub fn aligned(a: &Pixels, a_lies: &Placement, b: &Pixels, b_lies: &Placement) -> (Pixels, Pixels) {
    let (one, other) = (&a_lies.region, &b_lies.region);
    let shared = Rect {
        left: one.left.max(other.left),
        top: one.top.max(other.top),
        right: one.right.min(other.right),
        bottom: one.bottom.min(other.bottom),
    };
    // Two parts that do not meet have nothing to be aligned by.
    let is_shared = shared.area() > 1e-4;
    let region = |own: &Rect| if is_shared { shared } else { *own };
    (a_lies.apply(a, &region(one)), b_lies.apply(b, &region(other)))
}

/// What two pictures differ by.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Absolute difference of each channel, amplified.
    pub pixels: Pixels,
    /// Mean absolute difference of the channels, 0 to 255, not amplified.
    pub mean: f32,
    /// Largest one.
    pub largest: u8,
}

/// The absolute difference, at the size of the smaller one: what only the larger one can hold would count as a
/// difference otherwise.
#[must_use]
pub fn difference(a: &Pixels, b: &Pixels, amplify: u8) -> Option<Difference> {
    let area = |pixels: &Pixels| u64::from(pixels.width()) * u64::from(pixels.height());
    let (small, large) = if area(a) <= area(b) { (a, b) } else { (b, a) };
    let large = scaled(large, small.width(), small.height())?;
    let (mut sum, mut largest) = (0_u64, 0);
    let mut rgba = Vec::with_capacity(small.rgba().len());
    for ([r, g, b, _], [r2, g2, b2, _]) in small.iter().zip(large.iter()) {
        for differs in [r.abs_diff(r2), g.abs_diff(g2), b.abs_diff(b2)] {
            sum += u64::from(differs);
            largest = largest.max(differs);
            rgba.push(differs.saturating_mul(amplify));
        }
        rgba.push(255);
    }
    let mean = sum as f32 / (3 * area(small)).max(1) as f32;
    Some(Difference { pixels: Pixels::new(small.width(), small.height(), rgba)?, mean, largest })
}

fn scaled(pixels: &Pixels, width: u32, height: u32) -> Option<Pixels> {
    if (pixels.width(), pixels.height()) == (width, height) {
        return Some(pixels.clone());
    }
    let source = ImageRef::new(pixels.width(), pixels.height(), pixels.rgba(), PixelType::U8x4).ok()?;
    let mut target = Image::new(width, height, PixelType::U8x4);
    Resizer::new().resize(&source, &mut target, None).ok()?;
    Pixels::new(width, height, target.into_vec())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A picture whose red tells the column, and green the row.
    fn ramp(width: u32, height: u32) -> Pixels {
        let pixel = |at: u32| [(at % width * 4) as u8, (at / width * 4) as u8, 0, 255];
        Pixels::new(width, height, (0..width * height).flat_map(pixel).collect()).unwrap()
    }

    fn member(orientation: u8, crop: Option<(Rect, bool)>) -> Member {
        Member {
            index: 0,
            kind: None,
            distance: Some(0),
            similarity: None,
            orientation,
            copy_of: None,
            crop,
            seconds_apart: None,
        }
    }

    fn lies(orientation: u8, crop: Option<(Rect, bool)>) -> Placement {
        Placement::of(&member(orientation, crop))
    }

    #[test]
    fn differences_are_counted_before_they_are_amplified() {
        let grey = |value: u8| Pixels::new(2, 1, [value, value, value, 255].repeat(2)).unwrap();
        let found = difference(&grey(100), &grey(110), 16).unwrap();
        assert_eq!((found.mean, found.largest), (10.0, 10));
        assert_eq!(found.pixels.rgba(), [160, 160, 160, 255].repeat(2));
        let much = difference(&grey(0), &grey(200), 4).unwrap();
        assert_eq!(much.pixels.rgba()[0], 255);
    }

    #[test]
    fn a_part_is_compared_with_that_part() {
        let whole = ramp(40, 20);
        let rect = Rect { left: 0.25, top: 0.5, right: 0.75, bottom: 1.0 };
        let part = whole.crop(10, 10, 20, 10).unwrap();
        let (a, b) = aligned(&whole, &Placement::WHOLE, &part, &lies(0, Some((rect, true))));
        assert_eq!(difference(&a, &b, 1).unwrap().largest, 0);
        // The other way round: the centre is the part.
        let (a, b) = aligned(&part, &Placement::WHOLE, &whole, &lies(0, Some((rect, false))));
        assert_eq!(difference(&a, &b, 1).unwrap().largest, 0);
    }

    #[test]
    fn chance_turns_nothing() {
        let rect = Rect { left: 0.25, top: 0.5, right: 0.75, bottom: 1.0 };
        assert_eq!(lies(5, Some((rect, true))), lies(0, Some((rect, true))));
        let far = Member { distance: Some(28), ..member(5, None) };
        assert_eq!(Placement::of(&far), Placement::WHOLE);
    }

    proptest! {
        /// A picture that was turned in any way lies on the one it was made from: what the group says of the turn is enough.
        #[test]
        fn turned_pictures_lie_on_each_other(undo in 0_u8..8, width in 2_u32..30, height in 2_u32..30) {
            let picture = ramp(width, height);
            let member = lies(undo, None);
            // The turned copy is what the turn makes the picture of.
            let turn = |n: u8| Orientation { transposed: n & 1 != 0, mirrored: n & 2 != 0, flipped: n & 4 != 0 };
            let copy = (0..8).map(|n| turn(n).apply(picture.clone())).find(|copy| {
                turn(undo).apply(copy.clone()) == picture
            });
            prop_assert!(copy.is_some());
            let (a, b) = aligned(&picture, &Placement::WHOLE, &copy.unwrap(), &member);
            prop_assert_eq!(difference(&a, &b, 1).unwrap().largest, 0);
        }
    }
}
