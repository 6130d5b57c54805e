package imageset

import (
	"archive/tar"
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// listZip reads the directory at the end of a zip file and none of its members.
//
// Source: PKWARE APPNOTE 6.3.10, 4.4.4: bit 0 of the flags says that a member is encrypted.
func (a *archive) listZip(r io.ReaderAt, size int64) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are checked one by one
		a.problem = "the archive is no zip file, or is cut off: " + unpackError(err).Error()
		return
	}
	for _, f := range z.File {
		a.count++
		if f.Mode().IsDir() {
			continue
		}
		m := member{name: f.Name, size: int64(min(f.UncompressedSize64, math.MaxInt64-1)), modTime: unixNano(f.Modified), open: f.Open}
		switch {
		case f.Flags&1 != 0:
			m.problem = "is encrypted; unpack the archive with its password and name the folder as source"
		case !f.Mode().IsRegular():
			m.problem = "not a regular file"
		}
		a.add(m)
	}
}

// listTar reads the headers of a tar file and skips what lies between.
func (a *archive) listTar(f io.ReadSeeker) {
	r := tar.NewReader(f)
	section, random := f.(io.ReaderAt)
	for random {
		h, err := r.Next()
		if err == io.EOF {
			return
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			a.problem = fmt.Sprintf("the archive is no tar file, or is damaged or cut off after %d entries: %s", a.count, unpackError(err))
			return
		}
		a.count++
		at, err := f.Seek(0, io.SeekCurrent)
		if err != nil {
			a.problem = fileProblem(err)
			return
		}
		if h.Typeflag == tar.TypeDir {
			continue
		}
		m := member{name: h.Name, size: h.Size, modTime: unixNano(h.ModTime), open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.NewSectionReader(section, at, h.Size)), nil
		}}
		if h.Typeflag != tar.TypeReg || h.PAXRecords["GNU.sparse.major"] != "" {
			m.problem = "is a link or a file with holes in the archive; unpack it and name the folder as source"
		}
		a.add(m)
	}
}

// unixNano is 0 for times that do not fit, as that of a file without any.
func unixNano(t time.Time) int64 {
	if y := t.Year(); y < 1700 || y > 2200 {
		return 0
	}
	return t.UnixNano()
}

// unpackError says what is wrong in words of its own where the library's are short.
func unpackError(err error) error {
	switch {
	case errors.Is(err, zip.ErrAlgorithm):
		return errors.New("is packed by a method that is not supported; pack it again by deflate")
	case errors.Is(err, zip.ErrChecksum):
		return errors.New("its content is damaged: the checksum differs")
	case errors.Is(err, zip.ErrFormat):
		return errors.New("its structure is damaged, or it has another size than the archive says")
	case errors.Is(err, tar.ErrHeader):
		return errors.New("a header is damaged")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("unexpected EOF")
	}
	return err
}
