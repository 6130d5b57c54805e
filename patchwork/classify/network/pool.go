package network

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// shape is that of a map after pooling.
func (p Pooling) shape(in Shape) Shape {
	switch {
	case p == KeepMap || !in.IsMap():
		return in
	case p == Flatten:
		return Vector(in.Size())
	}
	return Vector(in.Channels)
}

// Graph pools x [batch, height, width, channels] to [batch, channels], or [batch, height·width·channels] for Flatten. KeepMapMap
// leaves it, and every way leaves a vector [batch, features]; "" is MaxPooling.
func (p Pooling) Graph(x *Node) *Node {
	switch {
	case p == KeepMap || x.Rank() != 4:
		return x
	case p == AveragePooling:
		return ReduceMean(x, 1, 2)
	case p == Flatten:
		return Reshape(x, x.Shape().Dim(0), -1)
	}
	return ReduceMax(x, 1, 2)
}
