package tiff

import "fmt"

// readPalette reads the colours of a palette as 8 bits a channel. They are stored as 16 bits; writers scale by 257, by
// 256, or (wrongly) not at all, which is told by whether all low or all high bytes are zero.
func (m *Image) readPalette(d *directory) error {
	if m.Bits > 16 || m.Format != Uint {
		return fmt.Errorf("its palette is for %d-bit %v values; want at most 16, unsigned", m.Bits, m.Format)
	}
	n := 1 << m.Bits
	v, err := d.ints(tagColorMap, int64(3*n))
	if err != nil {
		return err
	}
	if len(v) < 3*n {
		return fmt.Errorf("its palette has %d values; want %d", len(v), 3*n)
	}
	var low, high int64
	for _, c := range v {
		low, high = low|c&0xff, high|c>>8
	}
	scaled := func(c int64) uint8 {
		switch {
		case high == 0:
			return uint8(c)
		case low == 0:
			return uint8(c >> 8)
		}
		return uint8((min(c, 65535) + 128) / 257)
	}
	m.palette = make([][3]uint8, n)
	for i := range m.palette {
		m.palette[i] = [3]uint8{scaled(v[i]), scaled(v[n+i]), scaled(v[2*n+i])}
	}
	return nil
}
