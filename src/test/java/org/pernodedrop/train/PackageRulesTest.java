package org.pernodedrop.train;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Training knows no device and no command line. */
class PackageRulesTest {
    @Test
    void trainingKnowsNoDeviceAndNoCommandLine() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.pernodedrop.backend.cpu", "org.pernodedrop.cli", "picocli..")
                .check(new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("org.pernodedrop.train"));
    }
}
