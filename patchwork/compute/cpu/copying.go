package cpu

import (
	"unsafe"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// copying moves elements of any type: element (i₀, i₁, …) of a dense result of dimensions dims is element
// offset + Σ iₖ·strides[k] of the source. A stride may be 0 or negative.
type copying struct {
	dims, strides []int
	offset        int
	bytes         int // of an element: 1, 2, 4, 8 or 16
	axis          int // the axis along which the source is contiguous if that is not the last; -1 if there is none
	rows          int // elements of one piece of work
}

// rowMajor returns the strides of a dense value.
func rowMajor(dims []int) []int {
	s := make([]int, len(dims))
	n := 1
	for i := len(dims) - 1; i >= 0; i-- {
		s[i] = n
		n *= dims[i]
	}
	return s
}

// newCopying joins the axes that lie behind one another in both. It returns nil for elements of less than a byte.
func newCopying(dims, strides []int, offset, bytes int) *copying {
	if bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8 && bytes != 16 {
		return nil
	}
	c := &copying{offset: offset, bytes: bytes, axis: -1}
	for i, n := range dims {
		if n == 1 {
			continue
		}
		if k := len(c.dims) - 1; k >= 0 && c.strides[k] == strides[i]*n {
			c.dims[k] *= n
			c.strides[k] = strides[i]
			continue
		}
		c.dims, c.strides = append(c.dims, n), append(c.strides, strides[i])
	}
	if len(c.dims) == 0 {
		c.dims, c.strides = []int{1}, []int{1}
	}
	last := len(c.dims) - 1
	if bytes == 4 && c.strides[last] > 1 {
		for i, s := range c.strides[:last] {
			if s == 1 && c.dims[i] >= 4 && c.dims[last] >= 2 {
				c.axis = i
			}
		}
	}
	return c
}

// plain reports whether nothing moves.
func (c *copying) plain() bool { return len(c.dims) == 1 && c.strides[0] == 1 && c.offset == 0 }

func (c *copying) run(p *kernel.Pool, dst, src unsafe.Pointer, srcLen int) {
	n := product(c.dims)
	switch c.bytes {
	case 1:
		copyElements(c, p, unsafe.Slice((*uint8)(dst), n), unsafe.Slice((*uint8)(src), srcLen))
	case 2:
		copyElements(c, p, unsafe.Slice((*uint16)(dst), n), unsafe.Slice((*uint16)(src), srcLen))
	case 4:
		if c.axis >= 0 {
			c.transpose(p, unsafe.Slice((*float32)(dst), n), unsafe.Slice((*float32)(src), srcLen))
			return
		}
		copyElements(c, p, unsafe.Slice((*uint32)(dst), n), unsafe.Slice((*uint32)(src), srcLen))
	case 8:
		copyElements(c, p, unsafe.Slice((*uint64)(dst), n), unsafe.Slice((*uint64)(src), srcLen))
	case 16:
		copyElements(c, p, unsafe.Slice((*[2]uint64)(dst), n), unsafe.Slice((*[2]uint64)(src), srcLen))
	}
}

const copyGrain = 16384 // elements of one piece of work

// copyElements goes row by row of the last axis.
func copyElements[T any](c *copying, p *kernel.Pool, dst, src []T) {
	last := len(c.dims) - 1
	n, stride := c.dims[last], c.strides[last]
	if last == 0 && n > copyGrain {
		p.For(n, copyGrain, func(lo, hi int) { copyRow(dst[lo:hi], src, c.offset+lo*stride, stride) })
		return
	}
	rows := product(c.dims[:last])
	p.For(rows, max(1, copyGrain/n), func(lo, hi int) {
		for row := lo; row < hi; row++ {
			at, rest := c.offset, row
			for i := last - 1; i >= 0; i-- {
				at += rest % c.dims[i] * c.strides[i]
				rest /= c.dims[i]
			}
			copyRow(dst[row*n:][:n], src, at, stride)
		}
	})
}

func copyRow[T any](dst, src []T, at, stride int) {
	switch stride {
	case 1:
		copy(dst, src[at:])
	case 0:
		v := src[at]
		for i := range dst {
			dst[i] = v
		}
	default:
		for i := range dst {
			dst[i] = src[at]
			at += stride
		}
	}
}

// transpose copies where the source is contiguous along another axis than the result: in blocks of both.
func (c *copying) transpose(p *kernel.Pool, dst, src []float32) {
	last := len(c.dims) - 1
	to := rowMajor(c.dims)
	inner, wide := c.dims[last], c.dims[c.axis]
	strip := min(wide, max(64, copyGrain/inner/64*64))
	strips := (wide + strip - 1) / strip
	outer := 1
	for i, d := range c.dims[:last] {
		if i != c.axis {
			outer *= d
		}
	}
	p.For(outer*strips, max(1, copyGrain/(inner*strip)), func(lo, hi int) {
		for task := lo; task < hi; task++ {
			first, rest := task%strips*strip, task/strips
			from, at := c.offset+first, first*to[c.axis]
			for i := last - 1; i >= 0; i-- {
				if i == c.axis {
					continue
				}
				from += rest % c.dims[i] * c.strides[i]
				at += rest % c.dims[i] * to[i]
				rest /= c.dims[i]
			}
			kernel.Transpose(dst[at:], to[c.axis], src[from:], c.strides[last], inner, min(strip, wide-first))
		}
	})
}
