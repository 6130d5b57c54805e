package kernel

import (
	"errors"
	"fmt"
	"math"
	"sync"
)

// GemmShape describes C = A·B, or C += A·B, for a batch of matrices with any strides: A is M×K, B is K×N, C is M×N with
// contiguous columns. A stride may be 0 (one matrix for the whole batch, or a repeated row) but not negative.
type GemmShape struct {
	Batch, M, N, K     int // Batch 0 means 1
	ABatch, ARow, ACol int // elements from one matrix, row or column of A to the next
	BBatch, BRow, BCol int
	CBatch, CRow       int  // CRow at least N
	Add                bool // add to C instead of replacing it
}

// Gemm is a matrix product of one shape, ready to run. It may run in several goroutines at the same time.
type Gemm struct {
	s              GemmShape
	v              variant
	cols           panels
	lenA, lenB     int // elements that must be there
	packA          bool
	lenC           int
	mode           gemmMode
	rows           int // rows of C in a chunk
	panels         int // panels in a chunk
	rowBlocks      int // chunks down
	colBlocks      int // chunks across
	splits         int // chunks along K
	depth          int // steps of K at a time: one panel of B stays in the first cache
	fullA, tailA   [maxTileRows]int32
	fullC, tailC   [maxTileRows]int64
	splitC, splitT [maxTileRows]int64 // of partial sums, rows N apart
	runs           sync.Pool
}

type gemmMode uint8

const (
	sharedB  gemmMode = iota // B is packed once for all chunks
	ownB                     // every chunk packs its part of B: small products in a batch, or long sums of small matrices
	inPlaceB                 // few rows: B is read where it is
)

func (s GemmShape) check() error {
	need := func(ok bool, format string, args ...any) error {
		if ok {
			return nil
		}
		return fmt.Errorf("kernel.GemmShape: "+format, args...)
	}
	return errors.Join(
		need(s.Batch >= 0 && s.M >= 0 && s.N >= 0 && s.K >= 0, "Batch, M, N, K are %d, %d, %d, %d; want none negative", s.Batch, s.M, s.N, s.K),
		need(min(s.ABatch, s.ARow, s.ACol, s.BBatch, s.BRow, s.BCol, s.CBatch, s.CRow) >= 0, "a stride is negative: %+v", s),
		need(s.CRow >= s.N || s.M <= 1, "CRow is %d; want at least N, %d", s.CRow, s.N),
		need(s.Batch <= 1 || s.M*s.N == 0 || s.CBatch >= (s.M-1)*s.CRow+s.N, "CBatch is %d; want at least a matrix, %d", s.CBatch, (s.M-1)*s.CRow+s.N),
		need(s.ARow <= math.MaxInt32/4/maxTileRows, "ARow is %d; want at most %d", s.ARow, math.MaxInt32/4/maxTileRows),
	)
}

// NewGemm checks s and chooses how to cut it. The choice depends on the shape alone.
func NewGemm(s GemmShape) (*Gemm, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.Batch == 0 {
		s.Batch = 1
	}
	v := active
	g := &Gemm{s: s, v: v, cols: panelsOf(v, max(s.N, 1)), splits: 1, depth: 320}
	if s.M*s.N > 0 {
		g.lenC = (s.Batch-1)*s.CBatch + (s.M-1)*s.CRow + s.N
		if s.K > 0 {
			g.lenA = (s.Batch-1)*s.ABatch + (s.M-1)*s.ARow + (s.K-1)*s.ACol + 1
			g.lenB = (s.Batch-1)*s.BBatch + (s.K-1)*s.BRow + (s.N-1)*s.BCol + 1
		}
	}
	if g.lenC == 0 {
		return g, nil
	}
	g.cut()
	tail := s.M % v.tileRows()
	if tail == 0 {
		tail = v.tileRows()
	}
	for i := range v.tileRows() {
		t := min(i, tail-1)
		g.fullA[i], g.tailA[i] = int32(4*i*s.ARow), int32(4*t*s.ARow)
		g.fullC[i], g.tailC[i] = int64(4*i*s.CRow), int64(4*t*s.CRow)
		g.splitC[i], g.splitT[i] = int64(4*i*s.N), int64(4*t*s.N)
	}
	g.runs.New = func() any { return new(gemmRun) }
	return g, nil
}

// cut chooses the mode and the size of the chunks.
func (g *Gemm) cut() {
	s, mr := g.s, g.v.tileRows()
	work := s.M * s.N * s.K
	if s.ACol != 1 {
		g.depth = 512 // packed panels of A need not leave room for rows elsewhere in memory
	}
	g.rows, g.panels = roundUp(min(s.M, 192), mr), g.cols.count
	switch {
	case s.M <= 2*mr && s.BCol == 1 && s.Batch < 8:
		g.mode, g.rows, g.panels = inPlaceB, roundUp(s.M, mr), min(4, g.panels)
	case s.Batch >= 4 && work <= 1<<22:
		g.mode, g.rows = ownB, roundUp(s.M, mr)
	case s.K >= 2048 && s.M*s.N <= 1<<18 && s.K >= 4*max(s.M, s.N):
		g.mode, g.rows = ownB, roundUp(s.M, mr)
		g.splits = max(1, min(16, s.K/1024, (1<<23)/(s.M*s.N)))
	default:
		for range 8 {
			blocks := ceilDiv(s.M, g.rows) * ceilDiv(g.cols.count, g.panels)
			switch {
			case blocks >= 16 || work/blocks < 1<<16:
			case g.rows >= g.panels*g.cols.cols && g.rows > mr:
				g.rows = roundUp(g.rows/2, mr)
				continue
			case g.panels > 1:
				g.panels = (g.panels + 1) / 2
				continue
			}
			break
		}
	}
	g.rowBlocks, g.colBlocks = ceilDiv(s.M, max(g.rows, 1)), ceilDiv(g.cols.count, g.panels)
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
func roundUp(a, b int) int { return ceilDiv(a, b) * b }
