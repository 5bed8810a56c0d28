package org.pernodedrop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** Which parts of the build run by default, and which in the profiles {@code thorough} and {@code release}. */
class BuildFileTest {
    private static final XPath XPATH = XPathFactory.newInstance().newXPath();
    private static final String THOROUGH = "/project/profiles/profile[id='thorough']";
    private static final String RELEASE = "/project/profiles/profile[id='release']";

    private static Document pom;

    @BeforeAll
    static void read() throws Exception {
        pom = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new File("pom.xml"));
    }

    @Test
    void styleAndReleaseHaveProfiles() throws Exception {
        runsOnlyIn(THOROUGH, "spotless-maven-plugin");
        for (String plugin : List.of("maven-javadoc-plugin", "maven-source-plugin", "maven-shade-plugin")) {
            runsOnlyIn(RELEASE, plugin);
        }
        assertEquals(List.of("false"), found("/project/properties/warnings.are.errors"));
        assertEquals(List.of("true"), found(THOROUGH + "/properties/warnings.are.errors"));
    }

    private static void runsOnlyIn(String profile, String plugin) throws Exception {
        String executions = "/build/plugins/plugin[artifactId='" + plugin + "']/executions/execution";
        assertEquals(List.of(), found("/project" + executions), plugin);
        assertEquals(1, found("/project/profiles/profile" + executions).size(), plugin);
        assertEquals(1, found(profile + executions).size(), plugin);
    }

    @Test
    void nativesOfFrameworksComeWithTheThoroughTestsAlone() throws Exception {
        Set<String> natives = Set.of("nd4j-native", "pytorch-native-cpu", "pytorch-jni");
        assertEquals(new TreeSet<>(natives), new TreeSet<>(found(THOROUGH + "/dependencies/dependency/artifactId")));
        String elsewhere = "[artifactId='pytorch-native-cpu' or artifactId='pytorch-jni'"
                + " or artifactId='nd4j-native' and classifier]/artifactId";
        assertEquals(List.of(), found("/project/dependencies/dependency" + elsewhere));
        List<String> profiles = found("/project/profiles/profile[dependencies/dependency" + elsewhere + "]/id");
        assertEquals(List.of("thorough"), profiles);
    }

    @Test
    void librariesOfTheProgramsAreOptional() throws Exception {
        String optional = "/project/dependencies/dependency[optional='true']/artifactId";
        Set<String> programs =
                Set.of("picocli", "progressbar", "commons-statistics-distribution", "xchart", "batik-svggen");
        assertEquals(new TreeSet<>(programs), new TreeSet<>(found(optional)));
    }

    @Test
    void theThoroughTestsLeaveNoneOut() throws Exception {
        assertEquals(List.of("thorough"), found("/project/properties/excludedGroups"));
        assertEquals(List.of(""), found(THOROUGH + "/properties/excludedGroups"));
        List<String> leftOut = found("/project/build/plugins/plugin[artifactId='maven-surefire-plugin']/executions"
                + "/execution[id='default-test']/configuration/excludes/exclude");
        List<String> included = found(THOROUGH + "/build/plugins/plugin[artifactId='maven-surefire-plugin']/executions"
                + "/execution/configuration/includes/include");
        assertTrue(!leftOut.isEmpty() && included.containsAll(leftOut), leftOut + ", " + included);
    }

    private static List<String> found(String path) throws Exception {
        NodeList nodes = (NodeList) XPATH.evaluate(path, pom, XPathConstants.NODESET);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(nodes::item)
                .map(Node::getTextContent)
                .map(String::strip)
                .toList();
    }
}
