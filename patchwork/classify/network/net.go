package network

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// Net is a network that fits one shape of input. It holds no weights and does not change.
type Net struct {
	o      Options
	in     Shape
	layers []Layer
	after  []Shape // of each layer
	out    Shape
	vars   []Variable
}

// New fits the network that o describes to inputs of a shape.
//
// Errors: those of Options.Check; a shape without numbers; p where no map of at least 2x2 is left, naming the
// layer and its input.
func New(o Options, in Shape) (*Net, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if !in.valid() {
		return nil, fmt.Errorf("network: the input is %s; want a vector of 1 or more features, or a map of 1x1x1 or more", in)
	}
	layers, err := Parse(o.Layers)
	if err != nil {
		return nil, err
	}
	n := &Net{o: o.withDefaults(), in: in, layers: layers}
	now := in
	for i, l := range layers {
		name := fmt.Sprint(i + 1)
		switch l.Kind {
		case Width:
			n.addUnit(name, now, l.Channels, n.o.BatchNorm)
			now.Channels = l.Channels
		case Residual:
			n.addUnit(name+"/first", now, now.Channels, n.o.BatchNorm)
			n.addUnit(name+"/second", now, now.Channels, false)
		case Pool:
			if !now.IsMap() {
				return nil, fmt.Errorf("network: layer %d (p) of %q pools maps, and its input is a vector of %s; take the p out", i+1, o.Layers, now)
			}
			if now.Height < 2 || now.Width < 2 {
				return nil, fmt.Errorf("network: layer %d (p) of %q has an input of %s; want at least 2x2. Take a p out, or give larger maps", i+1, o.Layers, now)
			}
			now.Height, now.Width = now.Height/2, now.Width/2
		}
		n.after = append(n.after, now)
	}
	n.out = n.o.Pooling.shape(now)
	return n, nil
}

// addUnit lists the variables of one convolution or dense layer from a shape to so many channels.
func (n *Net) addUnit(name string, in Shape, out int, normed bool) {
	from, k := in.Channels, n.o.Kernel
	switch {
	case !in.IsMap():
		n.add(name+"/kernel", Kernel, 6/float64(from), from, out)
	case n.o.Separable:
		n.add(name+"/depthwise", Kernel, 3/float64(k*k), k, k, 1, from)
		n.add(name+"/kernel", Kernel, 6/float64(from), 1, 1, from, out)
	default:
		n.add(name+"/kernel", Kernel, 6/float64(k*k*from), k, k, from, out)
	}
	if !normed { // with normalisation its shift does what a bias would
		n.add(name+"/bias", Bias, 0, out)
		return
	}
	n.add(name+"/gain", Gain, 0, out)
	n.add(name+"/shift", Bias, 0, out)
	n.add(name+"/mean", Running, 0, out)
	n.add(name+"/variance", Running, 0, out)
	n.add(name+"/steps", Running, 0)
}

// In is the shape of an input.
func (n *Net) In() Shape { return n.in }

// Out is the shape of an output.
func (n *Net) Out() Shape { return n.out }

// Variables are those of the network, in a fixed order, with paths below the network's own. The slice is shared.
func (n *Net) Variables() []Variable { return n.vars }

// Parameters is how many numbers are trained; running averages are none of them.
func (n *Net) Parameters() (count int) {
	for _, v := range n.vars {
		if v.Role != Running {
			count += v.Size()
		}
	}
	return count
}

// String is a table of the layers with the shape after each and its trained numbers.
func (n *Net) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "input\t%s\t\n", n.in)
	for i, l := range n.layers {
		count := 0
		for _, v := range n.vars {
			if v.Role != Running && strings.HasPrefix(v.Path, fmt.Sprintf("%d/", i+1)) {
				count += v.Size()
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%d\n", l, n.after[i], count)
	}
	if n.in.IsMap() && n.o.Pooling != KeepMap {
		fmt.Fprintf(w, "%s\t%s\t0\n", n.o.Pooling, n.out)
	}
	w.Flush()
	return b.String()
}
