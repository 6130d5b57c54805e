package labels

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// WriteCSV writes the table as CSV (RFC 4180 quoting, "\n" line ends, UTF-8): the columns filepath, exclude,
// validation, subset, then the classes; one line for each row of the index, in order, broken images included. Flags
// are True or False, labels 1, 0 or empty for unknown, which pandas reads as bool and as 1.0, 0.0 and NaN.
//
// The same table always gives the same bytes.
func (t *Table) WriteCSV(w io.Writer) error {
	b := bufio.NewWriterSize(w, 1<<16)
	b.WriteString("filepath,exclude,validation,subset")
	for _, class := range t.classes {
		b.WriteByte(',')
		b.WriteString(quote(class))
	}
	b.WriteByte('\n')
	for row := range t.size {
		im := t.images.At(row)
		b.WriteString(quote(im.ID))
		b.WriteString(flagTexts[t.exclude[row]])
		b.WriteString(flagTexts[t.validation[row]])
		b.WriteByte(',')
		b.WriteString(quote(im.Subset))
		for _, values := range t.columns {
			b.WriteString(labelTexts[values[row]+1])
		}
		b.WriteByte('\n')
	}
	return b.Flush()
}

var (
	flagTexts  = [...]string{",False", ",True"}
	labelTexts = [...]string{",", ",0", ",1"}
)

// quote puts quotes round a field that needs them: one with a comma, quote or line end, or with spaces at its ends,
// which some readers would drop.
func quote(s string) string {
	if !strings.ContainsAny(s, ",\"\r\n") && strings.TrimSpace(s) == s {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// SaveCSV writes the table to file as WriteCSV does, through a temporary file, so that file is never half a table. A
// file that holds these bytes already is left alone.
func (t *Table) SaveCSV(file string) error {
	var b bytes.Buffer
	b.Grow(64 * t.size)
	if err := t.WriteCSV(&b); err != nil {
		return err
	}
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, b.Bytes()) {
		return nil
	}
	if err := atomicfile.Write(file, b.Bytes(), 0o644, atomicfile.Durable); err != nil {
		return fmt.Errorf("labels: cannot write %s: %w; the file is as it was", file, err)
	}
	return nil
}
