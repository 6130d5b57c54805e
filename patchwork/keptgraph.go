package patchwork

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/explore"
)

// neighbours is explore.Vectors.Graph, kept in a file beside the features for the next call with the same vectors and options. There is
// one file for each K, of the last graph; one that is of something else is written anew. Where it cannot be written the next
// call takes as long as this one.
//
//	features/ID.graphK     the key, then N, K, Index and Cosine, little-endian
//	key                    SHA-256 of the version, N, K, the rows and the numbers of their vectors
func (l *looks) neighbours(ctx context.Context, o explore.GraphOptions) (*explore.Graph, error) {
	if o.K == 0 {
		o.K = 10
	}
	if o.Among == nil {
		for row := range l.index.Len() {
			o.Among = append(o.Among, row)
		}
	}
	file, key := fmt.Sprintf("%s.graph%d", l.file, o.K), l.graphKey(o)
	if g := readGraph(file, key, l.index.Len(), o.K); g != nil {
		if o.Progress != nil {
			o.Progress(1, 1)
		}
		return g, nil
	}
	g, err := l.vectors.Graph(ctx, o)
	if err == nil {
		_ = writeGraph(file, key, g) // it is there to save time only
	}
	return g, err
}

func (l *looks) graphKey(o explore.GraphOptions) (key [sha256.Size]byte) {
	rows := slices.Clone(o.Among)
	slices.Sort(rows)
	h := sha256.New()
	fmt.Fprintln(h, "graph by cosine, version 1", l.index.Len(), o.K)
	var b []byte
	for _, row := range slices.Compact(rows) {
		if !l.vectors.Has(row) {
			continue
		}
		b = binary.LittleEndian.AppendUint64(b[:0], uint64(row))
		for _, v := range l.row(row) {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		h.Write(b)
	}
	h.Sum(key[:0])
	return key
}

// readGraph is the graph that a file holds under a key; nil if it holds none.
func readGraph(file string, key [sha256.Size]byte, n, k int) *explore.Graph {
	data, err := os.ReadFile(file)
	head := append(key[:], binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, uint64(n)), uint64(k))...)
	if err != nil || !bytes.HasPrefix(data, head) || len(data) != len(head)+8*n*k {
		return nil
	}
	g := &explore.Graph{N: n, K: k, Index: make([]int32, n*k), Cosine: make([]float32, n*k)}
	numbers := data[len(head):]
	for i := range g.Index {
		g.Index[i] = int32(binary.LittleEndian.Uint32(numbers[4*i:]))
		g.Cosine[i] = math.Float32frombits(binary.LittleEndian.Uint32(numbers[4*(n*k+i):]))
	}
	return g
}

func writeGraph(file string, key [sha256.Size]byte, g *explore.Graph) error {
	data := append(make([]byte, 0, len(key)+16+8*len(g.Index)), key[:]...)
	data = binary.LittleEndian.AppendUint64(data, uint64(g.N))
	data = binary.LittleEndian.AppendUint64(data, uint64(g.K))
	for _, j := range g.Index {
		data = binary.LittleEndian.AppendUint32(data, uint32(j))
	}
	for _, c := range g.Cosine {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(c))
	}
	return atomicfile.Write(file, data, 0o644, atomicfile.Cached)
}
