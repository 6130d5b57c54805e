package labels

import "encoding/binary"

// encoder appends numbers (as varints) and texts (length first) to bytes.
type encoder []byte

func (e *encoder) number(values ...int) {
	for _, v := range values {
		*e = binary.AppendVarint(*e, int64(v))
	}
}

func (e *encoder) text(s string) {
	e.number(len(s))
	*e = append(*e, s...)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// decoder reads what encoder wrote. After the first thing that does not fit it is bad and gives zeros.
type decoder struct {
	data string
	bad  bool
}

func (d *decoder) fail() {
	d.bad, d.data = true, ""
}

func (d *decoder) number() int {
	var u uint64
	for i := 0; i < len(d.data) && i < binary.MaxVarintLen64; i++ {
		b := d.data[i]
		u |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			d.data = d.data[i+1:]
			return int(int64(u>>1) ^ -int64(u&1))
		}
	}
	d.fail()
	return 0
}

// count is the length of what follows, of which each takes at least a byte.
func (d *decoder) count() int {
	n := d.number()
	if n < 0 || n > len(d.data) {
		d.fail()
		return 0
	}
	return n
}

// index is a number in [0, n), or 0 if it is not.
func (d *decoder) index(n int) int {
	i := d.number()
	if i < 0 || i >= n {
		d.fail()
		return 0
	}
	return i
}

func (d *decoder) text() string {
	n := d.count()
	s := d.data[:n]
	d.data = d.data[n:]
	return s
}

// rows is a list of fixed-width row numbers below limit.
func (d *decoder) rows(limit int) []int32 {
	n := d.number()
	if n < 0 || n > len(d.data)/4 {
		d.fail()
		return nil
	}
	rows := make([]int32, n)
	for i := range rows {
		at := d.data[4*i : 4*i+4]
		row := uint32(at[0]) | uint32(at[1])<<8 | uint32(at[2])<<16 | uint32(at[3])<<24
		if row >= uint32(limit) {
			d.fail()
			return nil
		}
		rows[i] = int32(row)
	}
	d.data = d.data[4*n:]
	return rows
}
