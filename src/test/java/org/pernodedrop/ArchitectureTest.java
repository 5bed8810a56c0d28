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

/** The plan of the house: its rooms from the ground up, and which other rooms each may use. */
class ArchitectureTest {
    private static final String ROOT = "org.pernodedrop.";
    private static final JavaClasses PROJECT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.pernodedrop");

    /** Each room with those it may use; io, which holds no concept of the library, is open to all. */
    private static final Map<String, String[]> ROOMS = new LinkedHashMap<>();

    static {
        room("io");
        room("mask");
        room("driver");
        room("kernels", "mask");
        room("kernels.cpu", "kernels", "mask");
        room("kernels.cuda", "kernels", "mask", "driver");
        room("backend", "kernels", "mask", "backend.cpu", "backend.cuda", "driver");
        room("backend.cpu", "backend", "kernels", "kernels.cpu", "mask");
        room("backend.cuda", "backend", "kernels", "kernels.cuda", "mask", "driver");
        room("strategy", "backend", "kernels", "mask");
        room("nn", "strategy", "backend", "kernels", "mask");
        room("model", "nn", "strategy", "backend", "kernels", "mask");
        room("data", "mask");
        room("train", "model", "data", "nn", "strategy", "backend", "kernels", "mask");
        room("predict", "train", "model", "data", "nn", "strategy", "backend", "kernels", "mask");
        room("dl4j", "kernels", "kernels.cpu", "kernels.cuda", "mask");
        room("djl", "kernels", "kernels.cpu", "kernels.cuda", "mask");
        room("tribuo", "predict", "train", "model", "data", "nn", "strategy", "backend", "kernels", "mask");
        room("app.report");
        room("app.doctor", "kernels.cuda", "backend", "driver");
        String[] library = {"predict", "train", "model", "data", "nn", "strategy", "backend", "kernels", "mask"};
        room("app.bench", with(library, "app.report", "app.bench.report"));
        room("app.bench.report", with(library, "app.bench", "app.report"));
        room("app.compare", with(library, "app.report"));
        room("app.compare.report", with(library, "app.compare", "app.report"));
        room("app.cli", with(library, "app..", "kernels.cpu", "backend.cpu"));
    }

    private static void room(String name, String... uses) {
        ROOMS.put(name, uses);
    }

    private static String[] with(String[] some, String... more) {
        String[] all = Arrays.copyOf(some, some.length + more.length);
        System.arraycopy(more, 0, all, some.length, more.length);
        return all;
    }

    @TestFactory
    Stream<DynamicTest> aRoomUsesOnlyThoseNamed() {
        return ROOMS.keySet().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> usesOnly(name, ROOMS.get(name))));
    }

    private static void usesOnly(String own, String... others) {
        // The driver's failures are everybody's: they tell of the device, and bind nobody to it.
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
    void everyPackageIsARoomOfThePlan() {
        Set<String> packages = PROJECT.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> !name.equals(ROOT + "app"))
                .map(name -> name.substring(ROOT.length()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(ROOMS.keySet()), packages);
    }

    @Test
    void roomsHaveNoCycles() {
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

    private static void isKnownOnlyTo(String[] rooms, String... library) {
        String[] packages = Arrays.stream(rooms).map(ROOT::concat).toArray(String[]::new);
        classes()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackages(library)
                .check(PROJECT);
    }
}
