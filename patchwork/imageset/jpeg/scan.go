package jpeg

// scan is what a scan's header says: which components its data holds, and by which tables.
type scan struct {
	parts   []part
	restart int
	single  bool // it holds one component, whose blocks follow each other
	band    band // of a progressive JPEG
}

// part is a component of a scan.
type part struct {
	*plane
	*unit
}

// scan reads the header of a scan.
//
// Source: ITU-T T.81, B.2.3.
func (s *segments) scan(planes []*plane) (*scan, error) {
	b := s.body
	if len(b) < 6 || len(b) != 4+2*int(b[0]) || int(b[0]) > len(planes) {
		return nil, FormatError("SOS has wrong length")
	}
	sc := &scan{restart: s.restart, single: b[0] == 1}
	if s.frame.kind == progressive {
		var err error
		if sc.band, err = readBand(b[len(b)-3:], int(b[0])); err != nil {
			return nil, err
		}
	}
	blocks := 0
	for b = b[1 : 1+2*b[0]]; len(b) > 0; b = b[2:] {
		var of *plane
		for _, p := range planes {
			if p.id == b[0] {
				of = p
			}
		}
		if of == nil {
			return nil, FormatError("unknown component selector")
		}
		for _, other := range sc.parts {
			if other.plane == of {
				return nil, FormatError("repeated component selector")
			}
		}
		u, err := s.unit(of, b[1]>>4, b[1]&15, sc.band)
		if err != nil {
			return nil, err
		}
		sc.parts = append(sc.parts, part{of, u})
		blocks += of.h * of.v
	}
	if len(planes) > 1 && blocks > 10 {
		return nil, FormatError("total sampling factors too large")
	}
	return sc, nil
}

// unit is what is needed to read the blocks of a plane, with the tables of these numbers.
func (s *segments) unit(p *plane, dc, ac byte, d band) (*unit, error) {
	if dc > 3 || ac > 3 {
		return nil, FormatError("bad number of a Huffman table")
	}
	if s.frame.kind == progressive {
		if d.first == 0 && !d.refines && s.dc[dc] == nil || d.first > 0 && s.ac[ac] == nil {
			return nil, FormatError("missing Huffman table")
		}
		if p.coefficients == nil {
			p.coefficients = make([][64]int16, p.across*p.h*p.down*p.v)
		}
		return &unit{dc: s.dc[dc], ac: s.ac[ac]}, nil
	}
	if s.dc[dc] == nil || s.ac[ac] == nil {
		return nil, FormatError("missing Huffman table")
	}
	quant := s.quant[p.quant]
	if quant == nil {
		return nil, FormatError("missing quantisation table")
	}
	return newUnit(s.dc[dc], s.ac[ac], quant, max(p.wide, p.high)), nil
}

// decode decodes the data of the scan, which begins at data[from], into the planes, and returns where it ends.
func (sc *scan) decode(w *window, data []byte, from int, check func() error) (end int, err error) {
	w.start(data, from)
	defer func() { w.data = nil }()
	across, down := sc.parts[0].across, sc.parts[0].down
	if sc.single {
		across, down = sc.parts[0].blocksAcross, sc.parts[0].blocksDown
	}
	left, marker := sc.restart, byte(firstRestart)
	for y := range down {
		if err := check(); err != nil {
			return 0, err
		}
		for x := range across {
			if sc.restart > 0 {
				if left == 0 {
					if err := w.resume(marker); err != nil {
						return 0, err
					}
					for _, p := range sc.parts {
						p.value, p.run = 0, 0
					}
					left, marker = sc.restart, firstRestart+(marker+1)&7
				}
				left--
			}
			w.ready()
			ok := sc.mcu(w, x, y)
			switch bits := w.left(); {
			case bits < 0, !ok && bits < 16: // it goes on in zeros that are not there
				return 0, w.short()
			case !ok:
				return 0, FormatError("bad Huffman code")
			}
		}
	}
	return w.from, nil
}

// mcu decodes the MCU in column x of line y; false if there is a code without a meaning.
func (sc *scan) mcu(w *window, x, y int) bool {
	for i := range sc.parts {
		p := &sc.parts[i]
		h, v := p.h, p.v
		if sc.single {
			h, v = 1, 1
		}
		for j := range v {
			at := (y*v+j)*p.high*p.stride + x*h*p.wide
			for i := range h {
				if p.coefficients != nil {
					if !w.bring(&p.coefficients[(y*v+j)*p.across*p.h+x*h+i], p.unit, sc.band) {
						return false
					}
					continue
				}
				w.block = [64]int32{}
				last, ok := w.read(p.unit)
				if !ok {
					return false
				}
				p.inverse(p.pix[at:], p.stride, &w.block, last)
				at += p.wide
			}
		}
	}
	return true
}
