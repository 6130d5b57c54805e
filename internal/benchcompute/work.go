package main

import (
	"fmt"
	"math"
)

// Work is one thing that every engine does, said so that Go and Python build the same of it.
type Work struct {
	Op     string `json:"op"`             // a key of operations or of networks
	Pass   string `json:"pass"`           // forward, both (forward and gradients), infer or train (a step)
	Batch  int    `json:"batch"`          // pictures, or rows of a matrix
	Size   int    `json:"size,omitempty"` // pixels a side
	In     int    `json:"in,omitempty"`   // channels
	Out    int    `json:"out,omitempty"`
	Kernel int    `json:"kernel,omitempty"` // pixels a side, of windows too
	Stride int    `json:"stride,omitempty"`
	Groups int    `json:"groups,omitempty"`

	Operands []operand `json:"operands,omitempty"` // filled in by complete
}

// operand is an input. Its numbers are those of noise, times Scale.
type operand struct {
	Dims  []int   `json:"dims"`
	Kind  string  `json:"kind"` // picture, kernel or plain: how digests and memory formats see it
	Seed  uint32  `json:"seed"`
	Scale float32 `json:"scale"`
}

func (o operand) values() []float32 {
	v := noise(o.Seed, o.count())
	for i := range v {
		v[i] *= o.Scale
	}
	return v
}

func (o operand) count() int {
	n := 1
	for _, d := range o.Dims {
		n *= d
	}
	return n
}

// network tells whether the work is a whole network rather than one operation.
func (w Work) network() bool { return w.Pass == "train" || w.Pass == "infer" }

// with is the same work on another batch.
func (w Work) with(batch int) Work {
	w.Batch = batch
	return w.complete()
}

// complete fills in the operands; the last of Pass both is the gradient of the result.
func (w Work) complete() Work {
	w.Operands = nil
	add := func(kind string, scale float64, dims ...int) {
		w.Operands = append(w.Operands, operand{dims, kind, uint32(len(w.Operands) + 1), float32(scale)})
	}
	side := 0
	if w.Stride > 0 {
		side = (w.Size-1)/w.Stride + 1
	}
	plain := func() { add("plain", 2, w.Batch, w.In) }
	picture := func() { add("picture", 1, w.Batch, w.Size, w.Size, w.In) }
	result := func() {}
	switch w.Op {
	case "matmul":
		plain()
		add("plain", 1/math.Sqrt(float64(w.In)), w.In, w.Out)
		result = func() { add("plain", 1, w.Batch, w.Out) }
	case "conv":
		picture()
		perGroup := w.In / w.Groups
		add("kernel", 1/math.Sqrt(float64(perGroup*w.Kernel*w.Kernel)), w.Kernel, w.Kernel, perGroup, w.Out)
		result = func() { add("picture", 1, w.Batch, side, side, w.Out) }
	case "batchnorm", "layernorm":
		result = plain
		if w.Op == "batchnorm" {
			result = picture
		}
		result()
		add("plain", 1, w.In)
		add("plain", 1, w.In)
	case "maxpool", "meanpool":
		picture()
		result = func() { add("picture", 1, w.Batch, side, side, w.In) }
	case "gelu", "softmax":
		plain()
		result = plain
	case "mobilenet":
		add("picture", 1, w.Batch, w.Size, w.Size, 3)
	default:
		add("picture", 1, w.Batch, w.Size, w.Size, 3)
	}
	if w.Pass == "both" {
		result()
	}
	return w
}

// flops counts multiplications and additions of products and convolutions, 0 where that says nothing. A gradient costs
// twice the forward pass.
func (w Work) flops() float64 {
	n := 0.0
	side := float64((w.Size-1)/max(w.Stride, 1) + 1)
	switch w.Op {
	case "matmul":
		n = 2 * float64(w.Batch) * float64(w.In) * float64(w.Out)
	case "conv":
		n = 2 * float64(w.Batch) * side * side * float64(w.Out*w.In/w.Groups*w.Kernel*w.Kernel)
	}
	if w.Pass == "both" {
		n *= 3
	}
	return n
}

// key names the work, for maps.
func (w Work) key() string { return fmt.Sprintf("%s/%s/%d/%d", w.Op, w.Pass, w.Batch, w.Size) }
