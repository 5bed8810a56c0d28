package org.pernodedrop;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Which packages each package may use, from the ground up; {@code docs/architecture.md} explains the order. */
class ArchitectureTest {
    private static final String ROOT = "org.pernodedrop.";
    private static final JavaClasses PROJECT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.pernodedrop");

    /** Each package with those that it may use; all may use io, which holds no concept of the library. */
    private static final Map<String, String[]> ALLOWED = new LinkedHashMap<>();

    static {
        allow("io");
        allow("mask");
        allow("driver");
        allow("kernels", "mask");
        allow("kernels.cpu", "kernels", "mask");
        allow("kernels.cuda", "kernels", "mask", "driver");
        allow("backend", "kernels", "mask", "backend.cpu", "backend.cuda", "driver");
        allow("backend.cpu", "backend", "kernels", "kernels.cpu", "mask");
        allow("backend.cuda", "backend", "kernels", "kernels.cuda", "mask", "driver");
        allow("strategy", "backend", "kernels", "mask");
        allow("nn", "strategy", "backend", "kernels", "mask");
        allow("model", "nn", "strategy", "backend", "kernels", "mask");
        allow("data", "mask");
        allow("train", "model", "data", "nn", "strategy", "backend", "kernels", "mask");
        allow("predict", "train", "model", "data", "nn", "strategy", "backend", "kernels", "mask");
        allow("dl4j", "kernels", "kernels.cpu", "kernels.cuda", "mask");
        allow("djl", "kernels", "kernels.cpu", "kernels.cuda", "mask");
        allow("tribuo", "predict", "train", "model", "data", "nn", "strategy", "backend", "kernels", "mask");
        allow("app.report");
        allow("app.doctor", "kernels.cuda", "backend", "driver");
        String[] library = {"predict", "train", "model", "data", "nn", "strategy", "backend", "kernels", "mask"};
        allow("app.bench", with(library, "app.report", "app.bench.report"));
        allow("app.bench.report", with(library, "app.bench", "app.report"));
        allow("app.compare", with(library, "app.report"));
        allow("app.compare.report", with(library, "app.compare", "app.report"));
        allow("app.cli", with(library, "app..", "kernels.cpu", "backend.cpu"));
    }

    private static void allow(String name, String... uses) {
        ALLOWED.put(name, uses);
    }

    private static String[] with(String[] some, String... more) {
        String[] all = Arrays.copyOf(some, some.length + more.length);
        System.arraycopy(more, 0, all, some.length, more.length);
        return all;
    }

    @TestFactory
    Stream<DynamicTest> aPackageUsesOnlyThoseNamed() {
        return ALLOWED.keySet().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> usesOnly(name, ALLOWED.get(name))));
    }

    private static void usesOnly(String own, String... others) {
        // All packages may throw and catch the driver's exceptions.
        DescribedPredicate<JavaClass> allowed = resideOutsideOfPackage("org.pernodedrop..")
                .or(resideInAPackage(ROOT + own))
                .or(resideInAPackage(ROOT + "io"))
                .or(resideInAPackage(ROOT + "driver").and(assignableTo(RuntimeException.class)));
        for (String other : others) {
            allowed = allowed.or(resideInAPackage(ROOT + other));
        }
        classes()
                .that()
                .resideInAPackage(ROOT + own)
                .should()
                .onlyDependOnClassesThat(allowed)
                .check(PROJECT);
    }

    @Test
    void everyPackageIsListed() {
        Set<String> packages = PROJECT.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> !name.equals(ROOT + "app"))
                .map(name -> name.substring(ROOT.length()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(ALLOWED.keySet()), packages);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(PROJECT);
    }

    @Test
    void onlyTheChoiceOfABackendOpensOne() {
        classes()
                .that()
                .resideInAPackage(ROOT + "backend")
                .and()
                .doNotHaveSimpleName("Backends")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackages(ROOT + "backend.cpu", ROOT + "backend.cuda")
                .check(PROJECT);
    }

    @Test
    void onlyWhatLaunchesKnowsJCuda() {
        isKnownOnlyTo(new String[] {"driver", "kernels.cuda", "backend.cuda"}, "jcuda..");
    }

    @Test
    void onlyItsAdapterKnowsAFramework() {
        isKnownOnlyTo(new String[] {"dl4j"}, "org.deeplearning4j..", "org.nd4j..");
        isKnownOnlyTo(new String[] {"djl"}, "ai.djl..");
        isKnownOnlyTo(new String[] {"tribuo"}, "org.tribuo..", "com.oracle.labs..", "com.google.protobuf..");
    }

    @Test
    void onlyTheProgramsKnowTheirLibraries() {
        isKnownOnlyTo(new String[] {"app.cli"}, "picocli..", "me.tongfei.progressbar..");
        isKnownOnlyTo(new String[] {"app.report"}, "org.knowm..", "org.apache.batik..");
        isKnownOnlyTo(new String[] {"app.compare"}, "org.apache.commons.statistics..");
    }

    private static void isKnownOnlyTo(String[] users, String... library) {
        String[] packages = Arrays.stream(users).map(ROOT::concat).toArray(String[]::new);
        classes()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackages(library)
                .check(PROJECT);
    }
}
