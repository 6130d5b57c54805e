package runlog

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// MetricsFile is the name of the file of the points, in the folder of a run: CSV with the columns step, epoch, seconds and one for each
// metric. A cell is empty where nothing was measured, and nan, inf or -inf where what was measured is no number.
const MetricsFile = "metrics.csv"

// fixed are the first columns. A metric of such a name has a column of its own behind them.
var fixed = []string{"step", "epoch", "seconds"}

// Series is one metric of a run, from its beginning.
type Series struct {
	Step           []int
	Epoch, Seconds []float64
	Value          []float64 // may be NaN or infinite
}

// Metrics reads what was measured on the way in the run of a folder, by the names of the metrics. A last line that is not whole, as it
// is while it is written or when the disk was full, is left out. A run without points has none.
//
// Errors: the file cannot be read; a cell is no number (the line is named).
func Metrics(dir string) (map[string]Series, error) {
	t, err := readTable(dir)
	if err != nil {
		return nil, err
	}
	all := map[string]Series{}
	for i, row := range t.rows {
		for c, name := range t.names {
			if math.IsNaN(row.values[c]) && t.cells[i][len(fixed)+c] == "" {
				continue
			}
			s := all[name]
			s.Step, s.Epoch, s.Seconds = append(s.Step, row.step), append(s.Epoch, row.epoch), append(s.Seconds, row.seconds)
			s.Value = append(s.Value, row.values[c])
			all[name] = s
		}
	}
	return all, nil
}

// table is a metrics file.
type table struct {
	names []string   // of the metrics
	cells [][]string // rows
	rows  []row
}

type row struct {
	step           int
	epoch, seconds float64
	values         []float64 // of names; NaN too where the cell is empty
}

func readTable(dir string) (t table, err error) {
	file := filepath.Join(dir, MetricsFile)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return t, fmt.Errorf("runlog: %w", err)
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1] // no cell but those of the header holds a newline, and the header is written in one step
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	header, err := r.Read()
	if err == io.EOF {
		return t, nil
	}
	if err != nil || len(header) < len(fixed) || !slices.Equal(header[:len(fixed)], fixed) {
		return t, errors.Join(fmt.Errorf("runlog: %s begins with %q; want the columns %q first", file, header, fixed), err)
	}
	t.names = header[len(fixed):]
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return t, fmt.Errorf("runlog: %s: %w", file, err)
		}
		numbers := make([]float64, len(cells))
		for i, cell := range cells {
			numbers[i] = math.NaN()
			if cell != "" || i < len(fixed) {
				numbers[i], err = strconv.ParseFloat(cell, 64)
			}
			if line, _ := r.FieldPos(i); err != nil {
				return t, fmt.Errorf("runlog: %s: line %d: %s is %q; want a number or nothing", file, line, header[i], cell)
			}
		}
		t.cells = append(t.cells, cells)
		t.rows = append(t.rows, row{int(numbers[0]), numbers[1], numbers[2], numbers[len(fixed):]})
	}
}

// cut drops the rows after a step.
func (t *table) cut(after int) {
	n := 0
	for n < len(t.rows) && t.rows[n].step <= after {
		n++
	}
	t.cells, t.rows = t.cells[:n], t.rows[:n]
}

// write puts the table in the place of the file, in one step. Rows that are too short are filled with empty cells.
func (t *table) write(dir string) error {
	file := filepath.Join(dir, MetricsFile)
	err := atomicfile.WriteFunc(file, 0o644, atomicfile.Cached, func(to io.Writer) error {
		w := csv.NewWriter(to)
		w.Write(slices.Concat(fixed, t.names))
		for _, cells := range t.cells {
			w.Write(slices.Concat(cells, make([]string, len(fixed)+len(t.names)-len(cells))))
		}
		w.Flush()
		return w.Error()
	})
	if err != nil {
		return fmt.Errorf("runlog: cannot write %s: %w", file, err)
	}
	return nil
}

// appendLine adds the line of a point whose metrics are all among names.
func appendLine(b []byte, p Point, names []string) []byte {
	b = strconv.AppendInt(b, int64(p.Step), 10)
	b = appendNumber(append(b, ','), p.Epoch)
	b = strconv.AppendFloat(append(b, ','), p.Seconds, 'f', 3, 64)
	for _, name := range names {
		b = append(b, ',')
		if v, ok := p.Values[name]; ok {
			b = appendNumber(b, v)
		}
	}
	return append(b, '\n')
}

// appendNumber writes a number as pandas, R and spreadsheets read it, to the last bit.
func appendNumber(b []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(b, "nan"...)
	case math.IsInf(v, 1):
		return append(b, "inf"...)
	case math.IsInf(v, -1):
		return append(b, "-inf"...)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}
