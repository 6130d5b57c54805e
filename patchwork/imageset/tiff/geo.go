package tiff

// Geo is where a picture lies on the earth.
type Geo struct {
	// Affine takes a place in the picture, in pixels with the outer corner of the first pixel at (0, 0), to the world:
	//
	//	x = Affine[0] + Affine[1]·column + Affine[2]·line
	//	y = Affine[3] + Affine[4]·column + Affine[5]·line
	//
	// It is all zero where Defined is false.
	Affine  [6]float64
	Defined bool
	// EPSG is the code of the projected reference system, or else of the geographic one; 0 if the file names none.
	EPSG int
	// Point says that the file means values at points, not of areas. Affine is of areas also then: the file's tie points
	// are the middles of pixels, and half a pixel has been taken off.
	Point bool
}

// readGeo reads the fields of GeoTIFF. Ground control points alone define no Affine.
//
// Source: OGC GeoTIFF 1.1 (19-008r4), 7.1 (the directory of keys) and B.6 (tie points and transformations).
func (m *Image) readGeo(d *directory) error {
	const rasterType, geographic, projected, userDefined = 1025, 2048, 3072, 32767
	keys, err := d.ints(tagGeoKeys, maxText)
	if err != nil {
		return err
	}
	code := map[int64]int64{}
	for i := 4; i+4 <= len(keys); i += 4 {
		if at := keys[i+1]; at == 0 { // the value stands in the key itself
			code[keys[i]] = keys[i+3]
		}
	}
	m.Geo.Point = code[rasterType] == 2
	for _, key := range []int64{geographic, projected} {
		if c := code[key]; c > 0 && c < userDefined {
			m.Geo.EPSG = int(c)
		} else if c == userDefined {
			m.Geo.EPSG = 0
		}
	}
	scale, err := d.floats(tagModelPixelScale, 3)
	if err != nil {
		return err
	}
	tie, err := d.floats(tagModelTiepoint, 6)
	if err != nil {
		return err
	}
	matrix, err := d.floats(tagModelTransform, 16)
	if err != nil {
		return err
	}
	a := &m.Geo.Affine
	switch {
	case len(scale) >= 2 && len(tie) == 6 && scale[0] != 0 && scale[1] != 0:
		*a = [6]float64{tie[3] - tie[0]*scale[0], scale[0], 0, tie[4] + tie[1]*scale[1], 0, -scale[1]}
	case len(matrix) == 16:
		*a = [6]float64{matrix[3], matrix[0], matrix[1], matrix[7], matrix[4], matrix[5]}
	default:
		return nil
	}
	m.Geo.Defined = true
	if m.Geo.Point {
		a[0] -= (a[1] + a[2]) / 2
		a[3] -= (a[4] + a[5]) / 2
	}
	return nil
}
