//! Which part of the map is shown.

use eframe::egui::{Pos2, Rect, Vec2, pos2, vec2};

/// Points on the screen per unit of the map, at most.
const MOST_ZOOM: f32 = 4000.0;

/// A place of the map in the middle of the view, and a scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Camera {
    pub middle: [f32; 2],
    /// Points per unit.
    pub zoom: f32,
}

impl Default for Camera {
    fn default() -> Self {
        Self { middle: [0.0; 2], zoom: 40.0 }
    }
}

impl Camera {
    /// Shows all places, with a margin.
    pub(super) fn fit(places: &[[f32; 2]], rect: Rect) -> Self {
        let low = places.iter().fold([f32::MAX; 2], |low, at| [low[0].min(at[0]), low[1].min(at[1])]);
        let high = places.iter().fold([f32::MIN; 2], |high, at| [high[0].max(at[0]), high[1].max(at[1])]);
        if places.is_empty() {
            return Self::default();
        }
        let extent = [(high[0] - low[0]).max(0.5), (high[1] - low[1]).max(0.5)];
        let room = vec2(rect.width() * 0.9 - 24.0, rect.height() * 0.9 - 24.0).max(vec2(16.0, 16.0));
        let zoom = (room.x / extent[0]).min(room.y / extent[1]).min(MOST_ZOOM);
        Self { middle: [f32::midpoint(low[0], high[0]), f32::midpoint(low[1], high[1])], zoom }
    }

    /// Where a place is on the screen.
    pub(super) fn screen(&self, place: [f32; 2], rect: Rect) -> Pos2 {
        let center = rect.center();
        // The map's second axis points up.
        pos2(
            center.x + (place[0] - self.middle[0]) * self.zoom,
            center.y - (place[1] - self.middle[1]) * self.zoom,
        )
    }

    /// What place is at a point of the screen.
    pub(super) fn place(&self, at: Pos2, rect: Rect) -> [f32; 2] {
        let from = at - rect.center();
        [self.middle[0] + from.x / self.zoom, self.middle[1] - from.y / self.zoom]
    }

    /// Moves the map with the pointer.
    pub(super) fn pan(&mut self, moved: Vec2) {
        self.middle[0] -= moved.x / self.zoom;
        self.middle[1] += moved.y / self.zoom;
    }

    /// Scales; what is under `at` stays there.
    pub(super) fn zoom_at(&mut self, factor: f32, at: Pos2, rect: Rect) {
        let before = self.place(at, rect);
        self.zoom = (self.zoom * factor).clamp(1.0, MOST_ZOOM);
        let after = self.place(at, rect);
        self.middle[0] += before[0] - after[0];
        self.middle[1] += before[1] - after[1];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECT: Rect = Rect { min: pos2(100.0, 50.0), max: pos2(900.0, 650.0) };

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let mut camera = Camera { middle: [3.0, -2.0], zoom: 25.0 };
        let at = pos2(300.0, 600.0);
        let before = camera.place(at, RECT);
        camera.zoom_at(3.0, at, RECT);
        let after = camera.place(at, RECT);
        assert!((before[0] - after[0]).abs() < 1e-4 && (before[1] - after[1]).abs() < 1e-4);
        assert!(camera.screen(before, RECT).distance(at) < 1e-2);
    }

    #[test]
    fn everything_fits() {
        let places = [[-4.0, 1.0], [20.0, 3.0], [5.0, -9.0]];
        let camera = Camera::fit(&places, RECT);
        assert!(places.iter().all(|place| RECT.contains(camera.screen(*place, RECT))));
        assert!(Camera::fit(&[[1.0, 1.0]], RECT).zoom.is_finite());
    }
}
