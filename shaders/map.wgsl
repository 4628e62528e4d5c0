// Pictures of the map: one quad each, textured with its tile, or a dot in its mean colour when it is small or has no tile yet.
// Colours are sRGB-encoded and leave multiplied by their opacity.

struct View {
    // ndc = place * xy + zw.
    ndc_from_world: vec4f,
    // x, y: ndc of one pixel; z: longer side of a picture in pixels; w: width of its frame in pixels.
    pixels: vec4f,
    // x: longer sides below this many pixels are dots; y: tiles along a side of a layer; z: pixels along a tile; w: pixels along a layer.
    tiles: vec4f,
    // Frame of chosen pictures.
    chosen: vec4f,
}

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var layers: texture_2d_array<f32>;
@group(0) @binding(2) var smooth_sampler: sampler;

const NO_TILE: u32 = 0xffffffffu;
const CHOSEN: u32 = 1u;
const DIMMED: u32 = 2u;

struct Instance {
    @location(0) place: vec2f,
    // Width over height.
    @location(1) aspect: f32,
    @location(2) tile: u32,
    @location(3) color: vec4f,
    // Frame; none where its opacity is zero.
    @location(4) frame: vec4f,
    @location(5) flags: u32,
}

struct Corner {
    @builtin(position) position: vec4f,
    // Pixels from the middle.
    @location(0) offset: vec2f,
    @location(1) @interpolate(flat) half_side: vec2f,
    @location(2) @interpolate(flat) tile: u32,
    @location(3) @interpolate(flat) color: vec4f,
    @location(4) @interpolate(flat) frame: vec4f,
    @location(5) @interpolate(flat) flags: u32,
}

@vertex
fn vs_picture(@builtin(vertex_index) corner: u32, instance: Instance) -> Corner {
    let is_dot = view.pixels.z < view.tiles.x || instance.tile == NO_TILE;
    var half_side = vec2f(view.pixels.z * 0.5);
    if is_dot {
        half_side *= 0.7;
    } else if instance.aspect >= 1.0 {
        half_side.y /= instance.aspect;
    } else {
        half_side.x *= instance.aspect;
    }
    var frame = instance.frame;
    if (instance.flags & CHOSEN) != 0u {
        frame = view.chosen;
    }
    let margin = select(0.0, view.pixels.w, frame.a > 0.0) + 1.0;
    let unit = vec2f(f32(corner & 1u), f32(corner >> 1u)) * 2.0 - 1.0;
    let offset = unit * (half_side + margin);
    let center = instance.place * view.ndc_from_world.xy + view.ndc_from_world.zw;
    var out: Corner;
    // Offsets count downwards, ndc upwards.
    out.position = vec4f(center + offset * view.pixels.xy * vec2f(1.0, -1.0), 0.0, 1.0);
    out.offset = offset;
    out.half_side = half_side;
    out.tile = select(instance.tile, NO_TILE, is_dot);
    out.color = instance.color;
    out.frame = frame;
    out.flags = instance.flags;
    return out;
}

fn sample_tile(tile: u32, unit: vec2f) -> vec4f {
    let along = u32(view.tiles.y);
    let layer = tile / (along * along);
    let place = tile % (along * along);
    let corner = vec2f(f32(place % along), f32(place / along)) * view.tiles.z;
    // Half a pixel from the edge, so that no neighbour shines in.
    let inside = clamp(unit * view.tiles.z, vec2f(0.5), vec2f(view.tiles.z - 0.5));
    return textureSampleLevel(layers, smooth_sampler, (corner + inside) / view.tiles.w, layer, 0.0);
}

@fragment
fn fs_picture(in: Corner) -> @location(0) vec4f {
    var color: vec4f;
    // Pixels outside the picture's edge.
    var outside: f32;
    if in.tile == NO_TILE {
        outside = length(in.offset) - in.half_side.x;
        color = vec4f(in.color.rgb, 1.0);
    } else {
        let beyond = abs(in.offset) - in.half_side;
        outside = max(beyond.x, beyond.y);
        // Four samples of a pixel: small pictures do not flicker while they move.
        color = vec4f(0.0);
        for (var index = 0u; index < 4u; index++) {
            let shift = vec2f(f32(index & 1u), f32(index >> 1u)) * 0.5 - 0.25;
            let unit = (in.offset + shift) / (2.0 * in.half_side) + 0.5;
            color += sample_tile(in.tile, clamp(unit, vec2f(0.0), vec2f(1.0))) * 0.25;
        }
    }
    let width = select(0.0, view.pixels.w, in.frame.a > 0.0);
    let inner = clamp(0.5 - outside, 0.0, 1.0);
    let outer = clamp(0.5 - (outside - width), 0.0, 1.0);
    let frame = vec4f(in.frame.rgb, 1.0) * in.frame.a;
    color = color * inner + frame * (outer - inner);
    return color * select(1.0, 0.25, (in.flags & DIMMED) != 0u);
}
