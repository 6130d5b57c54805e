package jpeg

import "encoding/binary"

// frame is what the frame header says.
type frame struct {
	kind          byte // its marker
	width, height int
	components    []component
}

// component is one of the channels of a picture: h × v blocks of it are in an MCU.
type component struct {
	id    byte
	h, v  int
	quant byte // number of its quantisation table
}

// readFrame reads a frame header.
//
// Source: ITU-T T.81, B.2.2.
func (s *segments) readFrame(marker byte) error {
	b := s.body
	if s.frame.components != nil {
		return FormatError("multiple SOF markers")
	}
	if len(b) < 6 || len(b) != 6+3*int(b[5]) {
		return ErrUnsupported
	}
	if b[0] != 8 || b[5] != 1 && b[5] != 3 {
		return ErrUnsupported
	}
	f := frame{kind: marker, height: int(binary.BigEndian.Uint16(b[1:])), width: int(binary.BigEndian.Uint16(b[3:]))}
	for b = b[6:]; len(b) > 0; b = b[3:] {
		c := component{b[0], int(b[1] >> 4), int(b[1] & 15), b[2]}
		if c.quant > 3 {
			return FormatError("bad Tq value")
		}
		for _, other := range f.components {
			if other.id == c.id {
				return FormatError("repeated component identifier")
			}
		}
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 {
			return FormatError("luma/chroma subsampling ratio")
		}
		f.components = append(f.components, c)
	}
	if c := f.components; len(c) == 1 {
		c[0].h, c[0].v = 1, 1 // its blocks follow each other, whatever is said
	} else {
		y, u, v := c[0], c[1], c[2]
		if _, ok := ratios[[2]int{y.h / u.h, y.v / u.v}]; !ok || y.h%u.h != 0 || y.v%u.v != 0 || u.h != v.h || u.v != v.v || y.h == 3 || y.v > 2 {
			return ErrUnsupported
		}
	}
	s.frame = f
	return nil
}

// plane is a component with room for its pixels.
type plane struct {
	component
	across, down int // MCUs in the picture
	blocksAcross int // blocks that hold pixels, which a scan of this component alone has
	blocksDown   int
	wide, high   int // pixels that a block becomes
	pix          []byte
	stride       int
	inverse      inverse
	coefficients [][64]int16 // of a progressive JPEG, in zigzag order; nil before the first scan
}

// planes makes room for every component; a block of brightness becomes side × side pixels, one of colour that has fewer
// samples up to as many more as it has fewer.
func (f *frame) planes(side int) []*plane {
	first := f.components[0]
	var list []*plane
	for _, c := range f.components {
		p := &plane{component: c, wide: min(8, side*first.h/c.h), high: min(8, side*first.v/c.v)}
		p.across, p.down = up(f.width, 8*first.h), up(f.height, 8*first.v)
		p.blocksAcross, p.blocksDown = up(f.width*c.h, 8*first.h), up(f.height*c.v, 8*first.v)
		p.stride = p.across * c.h * p.wide
		p.pix = make([]byte, p.stride*p.down*c.v*p.high)
		if p.inverse = inverses[p.wide]; p.wide != p.high {
			p.inverse = oblong(p.wide, p.high)
		}
		list = append(list, p)
	}
	return list
}

// up is ⌈a/b⌉.
func up(a, b int) int { return (a + b - 1) / b }
