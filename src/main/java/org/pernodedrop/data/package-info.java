/**
 * Labelled data: embedded sets, loaders for common formats, splits and standardisation, all reproducible from a seed.
 *
 * <pre>{@code
 * DataSplit data = DataSource.parse("digits", null).load(seed, 0.2, 0);
 * data.standardize();
 * }</pre>
 *
 * <p>The embedded sets, all under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/), from the UCI Machine
 * Learning Repository (https://archive.ics.uci.edu):
 *
 * <table>
 * <caption>Embedded sets</caption>
 * <tr><th>name</th><th>what</th><th>examples, features, classes</th><th>source</th><th>split</th></tr>
 * <tr><td>digits</td><td>handwritten digits, 8 x 8 pixels of 0..16; the test file of the original, as scikit-learn ships
 * it</td><td>1,797, 64, 10</td><td>Alpaydin and Kaynak, Optical
 * Recognition of Handwritten Digits, 1998</td><td>no test part</td></tr>
 * <tr><td>spambase</td><td>e-mails, word and character frequencies and run lengths of capitals; 1 = spam</td><td>4,601,
 * 57, 2</td><td>Hopkins, Reeber, Forman and Suermondt, Spambase, 1999</td><td>no test part</td></tr>
 * <tr><td>vowel</td><td>the eleven steady-state vowels of English, log area ratios</td><td>990, 9, 11</td>
 * <td>Deterding 1989; Connectionist Bench (Vowel Recognition), as in R's mlbench, which has 9 of the 10
 * ratios</td><td>by speaker: 0-7 training (528), 8-14 test (462)</td></tr>
 * </table>
 *
 * <p>{@link org.pernodedrop.data.DataSource#of} reads training data from CSV files,
 * {@link org.pernodedrop.data.InputTable} reads new rows with the same columns; {@link org.pernodedrop.data.Reading}
 * holds the options.
 *
 * <p>A validation part is always split off the training examples from the seed
 * ({@link org.pernodedrop.data.DataSource#load}). Standardisation is fitted on what remains
 * ({@link org.pernodedrop.data.Standardizer}). Test parts are used once, at the end. Every fault in data raises a
 * {@link org.pernodedrop.data.DataException} with a one-line message that names the file and the row, line or byte.
 */
package org.pernodedrop.data;
