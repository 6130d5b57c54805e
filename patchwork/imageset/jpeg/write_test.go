package jpeg

import (
	"math/bits"
	"math/rand/v2"
)

// drawing is a JPEG that a test makes up: the coefficients are drawn, not those of a picture, and so are the Huffman
// tables.
type drawing struct {
	width, height int
	sampling      [][2]int // h and v of each component
	restart       int
	separate      bool // a scan for each component
	extended      bool // and tables with the numbers 2 and 3, multipliers of 16 bits
	adobe         int  // transform of an Adobe marker; -1 for none
	scale         int  // of the multipliers
	seed          uint64

	blocks [][][64]int // of each component, line by line, in natural order and multiplied
	across []int       // blocks in a line
}

// huffman gives each symbol a code.
type huffman struct {
	counts  [16]byte
	symbols []byte
	codes   map[byte]int
	lengths map[byte]int
}

// drawHuffman draws the lengths of the codes: a code is made longer as long as the others need room.
func drawHuffman(r *rand.Rand, symbols []byte) *huffman {
	h := &huffman{codes: map[byte]int{}, lengths: map[byte]int{}}
	r.Shuffle(len(symbols), func(i, j int) { symbols[i], symbols[j] = symbols[j], symbols[i] })
	code, room := 0, 1<<16 // room in codes of 16 bits
	length := 1
	for i, s := range symbols {
		for length < 16 && (r.IntN(3) == 0 || room-1<<(16-length) < 2*(len(symbols)-i)) {
			length++
			code <<= 1
		}
		h.codes[s], h.lengths[s] = code, length
		code++
		room -= 1 << (16 - length)
		h.counts[length-1]++
		h.symbols = append(h.symbols, s)
	}
	return h
}

// writer writes bits, and stuffs.
type writer struct {
	out  []byte
	bits uint64
	n    int
}

func (w *writer) put(v, n int) {
	w.bits, w.n = w.bits<<n|uint64(v)&(1<<n-1), w.n+n
	for ; w.n >= 8; w.n -= 8 {
		b := byte(w.bits >> (w.n - 8))
		if w.out = append(w.out, b); b == 0xff {
			w.out = append(w.out, 0)
		}
	}
}

func (w *writer) flush() {
	w.put(1<<7-1, 7)
	w.n = 0
}

// value writes a symbol and the bits of a value behind it.
func (w *writer) value(h *huffman, run, v int) {
	size := bits.Len(uint(max(v, -v)))
	s := byte(run<<4 | size)
	w.put(h.codes[s], h.lengths[s])
	if v < 0 {
		v--
	}
	w.put(v, size)
}

// block writes coefficients in zigzag order. previous is the constant one of the block before.
func (w *writer) block(dc, ac *huffman, c *[64]int, previous int) {
	w.value(dc, 0, c[0]-previous)
	run := 0
	for _, v := range c[1:] {
		if v == 0 {
			run++
			continue
		}
		for ; run > 15; run -= 16 {
			w.put(ac.codes[0xf0], ac.lengths[0xf0])
		}
		w.value(ac, run, v)
		run = 0
	}
	if run > 0 {
		w.put(ac.codes[0], ac.lengths[0])
	}
}

func (w *writer) segment(marker byte, body ...byte) {
	w.out = append(w.out, 0xff, marker, byte((len(body)+2)>>8), byte(len(body)+2))
	w.out = append(w.out, body...)
}

// bytes writes the file.
func (d *drawing) bytes() []byte {
	r := rand.New(rand.NewPCG(d.seed, 1))
	w := &writer{out: []byte{0xff, startOfImage}}
	if d.adobe >= 0 {
		w.segment(app14, append([]byte("Adobe\x00\x64\x00\x00\x00\x00"), byte(d.adobe))...)
	}
	w.segment(comment, 'x')
	quant := make([]int, 64)
	table := []byte{1}
	for i := range quant {
		quant[i] = 1 + r.IntN(d.scale)
		table = append(table, byte(quant[i]))
	}
	if d.extended {
		table = []byte{0x11}
		for _, q := range quant {
			table = append(table, byte(q>>8), byte(q))
		}
	}
	w.segment(quantTables, table...)
	frame := []byte{8, byte(d.height >> 8), byte(d.height), byte(d.width >> 8), byte(d.width), byte(len(d.sampling))}
	for i, s := range d.sampling {
		frame = append(frame, byte(i+1), byte(s[0]<<4|s[1]), 1)
	}
	marker, number := byte(baseline), byte(1)
	if d.extended {
		marker, number = extended, 3
	}
	w.segment(marker, frame...)

	var dcSymbols, acSymbols []byte
	for i := range 12 {
		dcSymbols = append(dcSymbols, byte(i))
	}
	for run := range 16 {
		for size := range 11 {
			if size > 0 || run == 0 || run == 15 {
				acSymbols = append(acSymbols, byte(run<<4|size))
			}
		}
	}
	dc, ac := drawHuffman(r, dcSymbols), drawHuffman(r, acSymbols)
	w.segment(huffmanTables, append(append([]byte{number}, dc.counts[:]...), dc.symbols...)...)
	w.segment(huffmanTables, append(append([]byte{0x10 | number}, ac.counts[:]...), ac.symbols...)...)
	if d.restart > 0 {
		w.segment(interval, byte(d.restart>>8), byte(d.restart))
	}

	h0, v0 := d.sampling[0][0], d.sampling[0][1]
	if len(d.sampling) == 1 {
		h0, v0 = 1, 1
	}
	across, down := up(d.width, 8*h0), up(d.height, 8*v0)
	coded := make([][][64]int, len(d.sampling))
	for i, s := range d.sampling {
		h, v := s[0], s[1]
		if len(d.sampling) == 1 {
			h, v = 1, 1
		}
		d.across = append(d.across, across*h)
		coded[i] = make([][64]int, across*h*down*v)
		d.blocks = append(d.blocks, make([][64]int, len(coded[i])))
		for j := range coded[i] {
			c := &coded[i][j]
			c[0] = (r.IntN(1600) - 800) / quant[0]
			for n := r.IntN(64) * r.IntN(2); n > 0; n -= 1 + r.IntN(20) {
				c[n] = (r.IntN(300) - 150) / (n + 1) / quant[n]
			}
			for n, at := range zigzag {
				d.blocks[i][j][at] = c[n] * quant[n]
			}
		}
	}
	var all []int
	for i := range d.sampling {
		all = append(all, i)
	}
	scans := [][]int{all}
	if d.separate {
		scans = nil
		for _, i := range all {
			scans = append([][]int{{i}}, scans...)
		}
	}
	for _, scan := range scans {
		body := []byte{byte(len(scan))}
		for _, i := range scan {
			body = append(body, byte(i+1), number<<4|number)
		}
		w.segment(startOfScan, append(body, 0, 63, 0)...)
		h, v := h0, v0
		if len(scan) == 1 {
			s := d.sampling[scan[0]]
			h, v = 1, 1
			if len(d.sampling) > 1 {
				across, down = up(d.width*s[0], 8*h0), up(d.height*s[1], 8*v0)
			}
		}
		previous := make([]int, len(d.sampling))
		for m := range across * down {
			if d.restart > 0 && m > 0 && m%d.restart == 0 {
				w.flush()
				w.out = append(w.out, 0xff, byte(firstRestart+(m/d.restart-1)%8))
				clear(previous)
			}
			for _, i := range scan {
				sh, sv := d.sampling[i][0], d.sampling[i][1]
				if len(scan) == 1 {
					sh, sv = h, v
				}
				for k := range sh * sv {
					c := &coded[i][(m/across*sv+k/sh)*d.across[i]+m%across*sh+k%sh]
					w.block(dc, ac, c, previous[i])
					previous[i] = c[0]
				}
			}
		}
		w.flush()
	}
	return append(w.out, 0xff, endOfImage)
}
