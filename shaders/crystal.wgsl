// Spheres and cylinders, ray-cast on quads; faces as triangles. Everything happens in view space: camera at the origin, looking along -z, Å.
//
// `src/crystal/render/raycast.rs` is this file's twin on the processor; a test compares the two. Colours leave in sRGB
// encoding, so that the same bytes go to the window, to a file and through egui.

struct View {
    view_from_world: mat4x4f,
    // x, y: focal scale of the projection; z, w: near and far plane in Å.
    projection: vec4f,
    // ndc of the target = ndc of the whole picture * xy + zw (the target may be one tile of the picture).
    tile: vec4f,
    // sRGB colour that far things fade to; w: how much, 0–1.
    cue_color: vec4f,
    // x, y: distances in Å at which fading begins and ends; z, w: part of the depth range that this pass fills.
    cue_and_depth: vec4f,
    // sRGB colour of the selection's rim.
    highlight: vec4f,
    // x: 1 for perspective, 0 for parallel rays; y: id of the selected atom, or NONE.
    flags: vec4u,
}

const NONE: u32 = 0xffffffffu;
// Instance flag: keep the plain colour (cell edges, letters).
const UNLIT: u32 = 1u;

@group(0) @binding(0) var<uniform> view: View;

struct SphereIn {
    @location(0) center_radius: vec4f,
    // rgb, and in place of opacity the share of the sphere that it colours.
    @location(1) color: vec4f,
    // The same for a second species; what is left is vacancy.
    @location(2) second: vec4f,
    // x: id, y: flags.
    @location(3) id_flags: vec2u,
}

struct CylinderIn {
    @location(0) start_radius: vec4f,
    // xyz: end; w: where along the axis the colour changes, 0–1.
    @location(1) end_split: vec4f,
    @location(2) start_color: vec4f,
    @location(3) end_color: vec4f,
    @location(4) flags: u32,
}

struct SphereOut {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(perspective, sample) ndc: vec2f,
    @location(1) @interpolate(flat) center_radius: vec4f,
    @location(2) @interpolate(flat) color: vec4f,
    @location(3) @interpolate(flat) second: vec4f,
    @location(4) @interpolate(flat) id_flags: vec2u,
}

struct CylinderOut {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(perspective, sample) ndc: vec2f,
    @location(1) @interpolate(flat) start_radius: vec4f,
    @location(2) @interpolate(flat) end_split: vec4f,
    @location(3) @interpolate(flat) start_color: vec4f,
    @location(4) @interpolate(flat) end_color: vec4f,
    @location(5) @interpolate(flat) flags: u32,
}

struct Fragment {
    @location(0) color: vec4f,
    @builtin(frag_depth) depth: f32,
}

fn perspective() -> bool {
    return view.flags.x == 1u;
}

// Corner of a triangle strip: (-1,-1), (1,-1), (-1,1), (1,1).
fn corner(vertex: u32) -> vec2f {
    return vec2f(f32(vertex & 1u) * 2.0 - 1.0, f32(vertex >> 1u) * 2.0 - 1.0);
}

// From ndc of the picture to ndc of the target, and back.
fn target_from_picture(ndc: vec2f) -> vec2f {
    return ndc * view.tile.xy + view.tile.zw;
}

fn picture_from_target(ndc: vec2f) -> vec2f {
    return (ndc - view.tile.zw) / view.tile.xy;
}

// The corner of an upright rectangle, cut off at the edges of the target: corners far outside lose bits in rasterisers,
// and a tile of a large picture has many (llvmpipe dropped whole triangles).
fn cut_corner(low: vec2f, high: vec2f, turn: vec2f) -> vec2f {
    let edge = vec2f(1.0);
    return select(clamp(low, -edge, edge), clamp(high, -edge, edge), turn > vec2f(0.0));
}

fn surrounds_camera(center: vec3f, radius: f32) -> bool {
    return perspective() && -center.z <= radius + view.projection.z;
}

// Middle (xy) and half extent (zw) of a sphere's picture, in ndc / focal scale. Exact: from the tangents through the
// camera (Mara & McGuire 2013). The sphere must not surround the camera.
fn sphere_bounds(center: vec3f, radius: f32) -> vec4f {
    if (!perspective()) {
        return vec4f(center.xy, radius, radius);
    }
    let d = -center.z;
    let d2 = d * d - radius * radius;
    let root = radius * sqrt(center.xy * center.xy + vec2f(d2));
    return vec4f(center.xy * d, root) / d2;
}

struct Ray {
    origin: vec3f,
    direction: vec3f,
}

fn ray_through(ndc: vec2f) -> Ray {
    let slope = ndc / view.projection.xy;
    if (perspective()) {
        return Ray(vec3f(0.0), normalize(vec3f(slope, -1.0)));
    }
    return Ray(vec3f(slope, 0.0), vec3f(0.0, 0.0, -1.0));
}

fn depth_of(distance: f32) -> f32 {
    let near = view.projection.z;
    let far = view.projection.w;
    var depth = (distance - near) / (far - near);
    if (perspective()) {
        depth = depth * far / distance;
    }
    return mix(view.cue_and_depth.z, view.cue_and_depth.w, depth);
}

fn linear_from_srgb(color: vec3f) -> vec3f {
    return pow(color, vec3f(2.2));
}

fn srgb_from_linear(color: vec3f) -> vec3f {
    return pow(color, vec3f(1.0 / 2.2));
}

// One light over the left shoulder, sky from above, a soft highlight, and dark rims that part one atom from the next.
fn shade(base: vec3f, normal: vec3f, to_eye: vec3f, distance: f32, unlit: bool, selected: bool) -> vec4f {
    var color = base;
    if (!unlit) {
        let light = normalize(vec3f(-0.45, 0.65, 0.75));
        let diffuse = max(dot(normal, light), 0.0);
        let sky = 0.5 + 0.5 * normal.y;
        let halfway = normalize(light + to_eye);
        let shine = pow(max(dot(normal, halfway), 0.0), 48.0);
        let facing = clamp(dot(normal, to_eye), 0.0, 1.0);
        let rim = mix(0.55, 1.0, smoothstep(0.0, 0.42, facing));
        let lit = linear_from_srgb(base) * (0.22 + 0.16 * sky + 0.68 * diffuse) * rim + vec3f(0.16 * shine);
        color = srgb_from_linear(clamp(lit, vec3f(0.0), vec3f(1.0)));
        if (selected) {
            color = mix(color, view.highlight.rgb, 1.0 - smoothstep(0.35, 0.6, facing));
        }
    }
    return vec4f(faded(color, distance), 1.0);
}

fn faded(color: vec3f, distance: f32) -> vec3f {
    let span = max(view.cue_and_depth.y - view.cue_and_depth.x, 1e-6);
    let fade = clamp((distance - view.cue_and_depth.x) / span, 0.0, 1.0) * view.cue_color.w;
    return mix(color, view.cue_color.rgb, fade);
}

// ---------------------------------------------------------------------------------------------------------------------

@vertex
fn vs_sphere(@builtin(vertex_index) vertex: u32, in: SphereIn) -> SphereOut {
    let center = (view.view_from_world * vec4f(in.center_radius.xyz, 1.0)).xyz;
    let radius = in.center_radius.w;
    let turn = corner(vertex);
    var place = turn;
    if (!surrounds_camera(center, radius)) {
        let bounds = sphere_bounds(center, radius);
        let reach = bounds.zw * 1.001;
        let low = target_from_picture((bounds.xy - reach) * view.projection.xy);
        let high = target_from_picture((bounds.xy + reach) * view.projection.xy);
        place = cut_corner(low, high, turn);
    } else if (center.z > radius) {
        place = vec2f(2.0); // behind the camera: no area
    }
    var out: SphereOut;
    out.position = vec4f(place, 0.5, 1.0);
    out.ndc = picture_from_target(place);
    out.center_radius = vec4f(center, radius);
    out.color = in.color;
    out.second = in.second;
    out.id_flags = in.id_flags;
    return out;
}

// Colour of a shared site: sectors like those of a pie, clockwise from the top, facing the viewer. White is vacancy.
fn shared_color(first: vec4f, second: vec4f, normal: vec3f) -> vec3f {
    let share = fract(atan2(normal.x, normal.y) / 6.2831853 + 1.0);
    if (first.a > 0.995 || share < first.a) {
        return first.rgb;
    }
    return select(vec3f(1.0), second.rgb, share < first.a + second.a);
}

@fragment
fn fs_sphere(in: SphereOut) -> Fragment {
    let ray = ray_through(in.ndc);
    let radius = in.center_radius.w;
    // Distance of the ray from the centre by its perpendicular foot: b² - c loses the sphere at large distances
    // (Haines et al., Ray Tracing Gems, ch. 7).
    let to_center = in.center_radius.xyz - ray.origin;
    let along = dot(to_center, ray.direction);
    let foot = to_center - along * ray.direction;
    let half_chord2 = radius * radius - dot(foot, foot);
    if (half_chord2 < 0.0) {
        discard;
    }
    let hit = ray.origin + (along - sqrt(half_chord2)) * ray.direction;
    if (-hit.z < view.projection.z) {
        discard;
    }
    let normal = (hit - in.center_radius.xyz) / radius;
    var out: Fragment;
    let selected = in.id_flags.x != NONE && in.id_flags.x == view.flags.y;
    let base = shared_color(in.color, in.second, normal);
    out.color = shade(base, normal, -ray.direction, -hit.z, (in.id_flags.y & UNLIT) != 0u, selected);
    out.depth = depth_of(-hit.z);
    return out;
}

@vertex
fn vs_cylinder(@builtin(vertex_index) vertex: u32, in: CylinderIn) -> CylinderOut {
    let start = (view.view_from_world * vec4f(in.start_radius.xyz, 1.0)).xyz;
    let end = (view.view_from_world * vec4f(in.end_split.xyz, 1.0)).xyz;
    let radius = in.start_radius.w;
    let turn = corner(vertex);
    var place = turn;
    if (!surrounds_camera(start, radius) && !surrounds_camera(end, radius)) {
        // A rectangle along the axis that holds the pictures of both end spheres.
        let bounds_start = sphere_bounds(start, radius);
        let bounds_end = sphere_bounds(end, radius);
        let reach = max(length(bounds_start.zw), length(bounds_end.zw)) * 1.001;
        let axis = bounds_end.xy - bounds_start.xy;
        let size = length(axis);
        let direction = select(vec2f(1.0, 0.0), axis / max(size, 1e-20), size > 1e-12);
        let across = vec2f(-direction.y, direction.x);
        let from_end = select(bounds_start.xy, bounds_end.xy, turn.x > 0.0);
        place = target_from_picture((from_end + (direction * turn.x + across * turn.y) * reach) * view.projection.xy);
        // Where the rectangle leaves the target, the upright one around it takes its place: that one can be cut.
        let spread = (abs(direction) + abs(across)) * reach;
        let low = target_from_picture((min(bounds_start.xy, bounds_end.xy) - spread) * view.projection.xy);
        let high = target_from_picture((max(bounds_start.xy, bounds_end.xy) + spread) * view.projection.xy);
        if (any(abs(low) > vec2f(2.0)) || any(abs(high) > vec2f(2.0))) {
            place = cut_corner(low, high, turn);
        }
    } else if (start.z > radius && end.z > radius) {
        place = vec2f(2.0);
    }
    var out: CylinderOut;
    out.position = vec4f(place, 0.5, 1.0);
    out.ndc = picture_from_target(place);
    out.start_radius = vec4f(start, radius);
    out.end_split = vec4f(end, in.end_split.w);
    out.start_color = in.start_color;
    out.end_color = in.end_color;
    out.flags = in.flags;
    return out;
}

@fragment
fn fs_cylinder(in: CylinderOut) -> Fragment {
    var ray = ray_through(in.ndc);
    let start = in.start_radius.xyz;
    let axis = in.end_split.xyz - start;
    let radius = in.start_radius.w;
    // Begin the ray near the cylinder, for the same reason as above.
    let advance = dot(start + 0.5 * axis - ray.origin, ray.direction);
    let origin = ray.origin + advance * ray.direction;
    let oc = origin - start;
    let axis2 = dot(axis, axis);
    let axis_ray = dot(axis, ray.direction);
    let axis_oc = dot(axis, oc);
    let a = axis2 - axis_ray * axis_ray;
    let b = axis2 * dot(oc, ray.direction) - axis_oc * axis_ray;
    let c = axis2 * dot(oc, oc) - axis_oc * axis_oc - radius * radius * axis2;
    let h = b * b - a * c;
    if (h < 0.0 || a < 1e-12 * axis2) {
        discard;
    }
    let t = (-b - sqrt(h)) / a;
    let along = axis_oc + t * axis_ray;
    if (along < 0.0 || along > axis2) {
        discard;
    }
    let hit = origin + t * ray.direction;
    if (-hit.z < view.projection.z) {
        discard;
    }
    let normal = (oc + t * ray.direction - axis * (along / axis2)) / radius;
    let base = select(in.end_color.rgb, in.start_color.rgb, along < in.end_split.w * axis2);
    var out: Fragment;
    out.color = shade(base, normal, -ray.direction, -hit.z, (in.flags & UNLIT) != 0u, false);
    out.depth = depth_of(-hit.z);
    return out;
}

// ---------------------------------------------------------------------------------------------------------------------
// Faces come lit, cut at the target and in their order of painting from `src/crystal/render/face_triangles.rs`.

struct FaceIn {
    // In clip space of the target.
    @location(0) position: vec4f,
    // Lit sRGB colour, and opacity.
    @location(1) color: vec4f,
    // Along the line of sight in Å.
    @location(2) distance: f32,
}

struct FaceOut {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(flat) color: vec4f,
    // At the middle of a pixel a face seen edge-on may lie far beyond its border.
    @location(1) @interpolate(perspective, centroid) distance: f32,
}

@vertex
fn vs_face(in: FaceIn) -> FaceOut {
    return FaceOut(in.position, in.color, in.distance);
}

@fragment
fn fs_face(in: FaceOut) -> @location(0) vec4f {
    return vec4f(faded(in.color.rgb, in.distance) * in.color.a, in.color.a);
}
