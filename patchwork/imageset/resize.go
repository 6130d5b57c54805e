package imageset

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"math"
)

// Mode says how a picture of another aspect ratio is brought to the size wanted.
type Mode string

// The modes.
const (
	Stretch Mode = "stretch" // the whole picture, its sides scaled each for itself
	Fit     Mode = "fit"     // the whole picture, its ratio kept, in the middle of a filled ground
	Crop    Mode = "crop"    // the largest middle part that has the ratio wanted
)

// Filter says how pixels are weighted. Both are widened when they shrink, so that every source pixel counts.
type Filter string

// The filters.
const (
	Bilinear Filter = "bilinear" // a triangle over 2 pixels
	Bicubic  Filter = "bicubic"  // Keys' cubic with a = −½ over 4 pixels
)

// Size is a width and height in pixels. In YAML it is one number for a square, or [width, height].
type Size struct{ W, H int }

// UnmarshalYAML reads a number or a list of two.
func (s *Size) UnmarshalYAML(unmarshal func(any) error) error {
	var side int
	if unmarshal(&side) == nil {
		*s = Size{side, side}
		return nil
	}
	var sides []int
	if err := unmarshal(&sides); err != nil || len(sides) != 2 {
		return errors.New("size must be a number of pixels, as 224, or [width, height], as [320, 240]")
	}
	*s = Size{sides[0], sides[1]}
	return nil
}

// MarshalYAML writes what UnmarshalYAML reads.
func (s Size) MarshalYAML() (any, error) {
	if s.W == s.H {
		return s.W, nil
	}
	return []int{s.W, s.H}, nil
}

// Resize says how pictures are brought to one size. Size is needed; the zero value of every other field is a good
// default.
type Resize struct {
	Size   Size   `yaml:"size"`
	Mode   Mode   `yaml:"mode,omitempty"`   // "" means Stretch
	Filter Filter `yaml:"filter,omitempty"` // "" means Bilinear
	// Fill is the ground of Fit in [0, 1]: one value for all channels, or one for each. None means 0.5.
	Fill []float32 `yaml:"fill,omitempty,flow"`
}

// Check returns an error that names every wrong field, or nil.
func (o Resize) Check() error {
	var errs []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("imageset.Resize: "+format, args...))
		}
	}
	need(o.Size.W >= 1 && o.Size.H >= 1, "size is %d x %d pixels; want at least 1 x 1", o.Size.W, o.Size.H)
	need(int64(o.Size.W) <= maxPixels/int64(max(1, o.Size.H)), "size is %d x %d pixels; want at most %d megapixels", o.Size.W, o.Size.H, maxPixels/1_000_000)
	need(o.Mode == "" || o.Mode == Stretch || o.Mode == Fit || o.Mode == Crop, "mode is %q; want stretch, fit or crop", o.Mode)
	need(o.Filter == "" || o.Filter == Bilinear || o.Filter == Bicubic, "filter is %q; want bilinear or bicubic", o.Filter)
	for i, v := range o.Fill {
		need(v >= 0 && v <= 1, "fill[%d] is %g; want 0 to 1", i, v)
	}
	return errors.Join(errs...)
}

// Key is a short name for all but the size, for files that hold results of it: equal keys, equal pictures. That of the
// default is "".
func (o Resize) Key() string {
	if (o.Mode == "" || o.Mode == Stretch) && o.filter() == Bilinear {
		return ""
	}
	key := string(cmp.Or(o.Mode, Stretch)) + "-" + string(o.filter())
	if o.Mode == Fit && len(o.Fill) > 0 {
		for _, v := range o.Fill {
			key += fmt.Sprintf("-%g", v)
		}
	}
	return key
}

func (o Resize) filter() Filter { return cmp.Or(o.Filter, Bilinear) }

// checkFill says whether the ground is given for pictures of c channels.
func (o Resize) checkFill(c int) error {
	if n := len(o.Fill); n > 1 && n != c {
		return fmt.Errorf("imageset.Resize: fill has %d values and pictures have %d channels; want one for all, or one for each", n, c)
	}
	return nil
}

// fill returns the ground of a picture of c channels.
func (o Resize) fill(c int) []float32 {
	ground := make([]float32, c)
	for i := range ground {
		switch len(o.Fill) {
		case 0:
			ground[i] = 0.5
		case 1:
			ground[i] = o.Fill[0]
		default:
			ground[i] = o.Fill[i]
		}
	}
	return ground
}

// layout returns which part of an upright picture of w x h pixels is read, and where in the result it goes.
//
// Fit scales by min(W/w, H/h), rounds the sides to whole pixels and centres, half a pixel rounded to an even number; Crop
// reads W/s x H/s pixels around the middle with s = max(W/w, H/h), not rounded to whole pixels.
//
// Source: the same definitions as ImageOps.pad and ImageOps.fit of Pillow.
func (o Resize) layout(w, h int) (from box, to image.Rectangle) {
	from, to = box{0, 0, float64(w), float64(h)}, image.Rect(0, 0, o.Size.W, o.Size.H)
	sx, sy := float64(o.Size.W)/float64(w), float64(o.Size.H)/float64(h)
	switch o.Mode {
	case Fit:
		s := min(sx, sy)
		tw := min(o.Size.W, max(1, int(math.Round(s*float64(w)))))
		th := min(o.Size.H, max(1, int(math.Round(s*float64(h)))))
		to = image.Rect(0, 0, tw, th).Add(image.Pt(half(o.Size.W-tw), half(o.Size.H-th)))
	case Crop:
		s := max(sx, sy)
		from.w, from.h = float64(o.Size.W)/s, float64(o.Size.H)/s
		from.x, from.y = (float64(w)-from.w)/2, (float64(h)-from.h)/2
	}
	return from, to
}

// half is n/2 rounded to even.
func half(n int) int { return int(math.RoundToEven(float64(n) / 2)) }

// detail is how many pixels become one, at least.
func (o Resize) detail(w, h int) float64 {
	from, to := o.layout(w, h)
	return min(from.w/float64(to.Dx()), from.h/float64(to.Dy()))
}
