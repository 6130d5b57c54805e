package segment

import (
	"fmt"
	"image"
)

// tints are colours that differ for people of every colour vision. Source: Okabe and Ito 2008, Color universal design.
var tints = [][3]int{{230, 159, 0}, {86, 180, 233}, {0, 158, 115}, {240, 228, 66}, {0, 114, 178}, {213, 94, 0}, {204, 121, 167}}

// Paint returns a copy of m on which a person sees the segments: a line between segments, what is no segment darkened, and
// each of drawn half covered with a colour. The same number gets the same colour in every picture.
//
// Errors: the map is not of m's size.
func (s Map) Paint(m *image.RGBA, drawn []int32) (*image.RGBA, error) {
	if m.Rect.Dx() != s.W || m.Rect.Dy() != s.H || len(s.Labels) != s.W*s.H {
		return nil, fmt.Errorf("segment: the picture has %d x %d pixels, the map %d x %d and %d labels", m.Rect.Dx(), m.Rect.Dy(), s.W, s.H, len(s.Labels))
	}
	tinted := map[int32][3]int{}
	for _, l := range drawn {
		if l >= 0 {
			tinted[l] = tints[int(l)%len(tints)]
		}
	}
	out := image.NewRGBA(image.Rect(0, 0, s.W, s.H))
	for i, l := range s.Labels {
		x, y := i%s.W, i/s.W
		from := m.Pix[m.PixOffset(m.Rect.Min.X+x, m.Rect.Min.Y+y):][:3]
		to := out.Pix[4*i:][:4]
		tint, ok := tinted[l]
		for c, v := range from {
			switch {
			case x+1 < s.W && s.Labels[i+1] != l || y+1 < s.H && s.Labels[i+s.W] != l:
				to[c] = 255
			case l < 0:
				to[c] = v / 3
			case ok:
				to[c] = uint8((int(v) + tint[c]) / 2)
			default:
				to[c] = v
			}
		}
		to[3] = 255
	}
	return out, nil
}
